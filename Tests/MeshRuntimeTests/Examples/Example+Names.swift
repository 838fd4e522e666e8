import LocalControl
import PetrelTestKit
import Testing

extension Example {
    static let dnsProxying = Example("dns-proxying") { stage in
        for side in ["east", "west"] {
            _ = try await stage.tcp("\(side).database.example", 9000, behaviour: TCPOrigin.greeting(side))
        }
        try await stage.local("127.0.0.4", 18004) { .text("address \($0.host ?? "")") }
        try await stage.local("127.0.0.4", 18005) { .text("wildcard \($0.host ?? "")") }
        let mesh = try await stage.mesh()
        for side in ["east", "west"] {
            let read = "import socket; s = socket.create_connection(('\(side).database.example', 9000), 20); print(s.recv(4).decode(), end='')"
            let outcome = try await mesh.run("python3", "-c", read)
            #expect(outcome.output == side, "\(outcome)")
        }
        #expect(try await mesh.curl("http://address.internal/").output == "address address.internal")
        #expect(try await mesh.curl("http://shop.partners.example/").output == "wildcard shop.partners.example")
    }

    static let externalName = Example("external-name") { stage in
        let weather = try await stage.http("api.weather.example", 80) { .text("weather \($0.path)") }
        let maps = try await stage.https("api.maps.example") { .text("maps \($0.path)") }
        let mesh = try await stage.mesh()
        #expect(try await mesh.curl("http://weather/today").output == "weather /today")
        #expect(weather.recorded().last?.tls == nil)
        #expect(try await mesh.curl("http://maps/tile").output == "maps /tile")
        #expect(maps.recorded().last?.tls?.serverName == "api.maps.example")
    }

    static let workloadEntries = Example("workload-entries") { stage in
        try await stage.local("127.0.0.4", 18006) { _ in .text("machine 1") }
        try await stage.local("127.0.0.5", 18006) { _ in .text("machine 2") }
        let mesh = try await stage.mesh()
        #expect(try await mesh.curl("http://legacy.example/").output == "machine 1")
        #expect(try await mesh.curl("http://legacy.example/", "--header", "x-version: v2").output == "machine 2")
    }

    static let localityFailover = Example("locality-failover") { stage in
        let near = try await stage.local("127.0.0.4", 18007) { request in
            request.path == "/break" ? .text("broken", status: 503) : .text("near")
        }
        let far = try await stage.local("127.0.0.5", 18007) { _ in .text("far") }
        let mesh = try await stage.mesh()
        let program = WorkloadIdentity(labels: ["site": "near"])
        for _ in 0..<4 { #expect(try await mesh.curl("http://search.example/", as: program).output == "near") }
        #expect(far.recorded().isEmpty)
        _ = try await mesh.curl("http://search.example/break", as: program)
        let count = near.recorded().count
        for _ in 0..<4 { #expect(try await mesh.curl("http://search.example/", as: program).output == "far") }
        #expect(near.recorded().count == count, "who failed is left alone")
    }
}
