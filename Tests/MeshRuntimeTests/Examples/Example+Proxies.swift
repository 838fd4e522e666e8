import PetrelTestKit
import Testing

extension Example {
    static let externalHTTPProxy = Example("external-http-proxy") { stage in
        let host = "en.wikipedia.org"
        let origin = try await Origin.start(tls: ServerTLS(try stage.authority.server(host))) { .text("\($0.path)") }
        stage.keep(origin)
        let proxy = try await stage.tcp("proxy.company.example", 3128, behaviour: ConnectProxy.behaviour(to: origin.port))
        let mesh = try await stage.mesh()
        let outcome = try await mesh.curl(
            "https://\(host)/wiki/Petrel", "--proxy", "http://proxy.company.example:3128", "--cacert",
            stage.authority.certificateFile)
        #expect(outcome.output == "/wiki/Petrel", "\(outcome)")
        #expect(ConnectProxy.requestLine(proxy) == "CONNECT \(host):443 HTTP/1.1")
        #expect(try await mesh.curl("https://\(host)/", "--insecure").status != 0)
    }

    static let tunnel = Example("tunnel") { stage in
        let host = "en.wikipedia.org"
        let origin = try await Origin.start(tls: ServerTLS(try stage.authority.server(host))) { .text("\($0.path)") }
        stage.keep(origin)
        let proxy = try await stage.tcp("proxy.company.example", 3128, behaviour: ConnectProxy.behaviour(to: origin.port))
        let mesh = try await stage.mesh()
        let outcome = try await mesh.curl("https://\(host)/wiki/Petrel", "--cacert", stage.authority.certificateFile)
        #expect(outcome.output == "/wiki/Petrel", "\(outcome)")
        #expect(ConnectProxy.requestLine(proxy) == "CONNECT \(host):443 HTTP/1.1")
        #expect(origin.recorded().last?.tls?.serverName == host)
    }
}
