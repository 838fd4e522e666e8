import LocalControl
import MeshCompilation
import PetrelTestKit
import Testing

extension Example {
    static let externalService = Example("external-service") { stage in
        let origin = try await stage.http("solo.io", 80) { _ in .text("<html>the page</html>\n") }
        let mesh = try await stage.mesh()
        #expect(try await mesh.curl("foo.bar.global").output == "<html>the page</html>\n")
        let request = try #require(origin.recorded().last)
        #expect(request.host == "foo.bar.global")
        #expect(request.tls == nil)
    }

    static let serviceEntry = Example("service-entry") { stage in
        let host = "raw.githubusercontent.com"
        let origin = try await stage.https(host) { .text("\($0.path)\n") }
        let mesh = try await stage.mesh()
        let path = "/mcasperson/NodejsProxy/master/externalservice1.txt"
        #expect(try await mesh.curl("http://webserver/anything").output == "\(path)\n")
        let request = try #require(origin.recorded().last)
        #expect(request.host == host)
        #expect(request.tls?.serverName == host)
    }

    static let externalAccess = Example("external-access") { stage in
        let never = Gate()
        defer { never.open() }
        let httpbin = try await stage.http("httpbin.org", 80) { request in
            request.path == "/delay/5" ? .text("late").delayed(until: never) : .text("\(request.path) of \(request.host ?? "")")
        }
        let google = try await stage.https("www.google.com") { _ in .text("searched") }
        let undeclared = try await Origin.start(address: "127.0.0.2") { _ in .text("undeclared") }
        stage.keep(undeclared)
        try await stage.names(["undeclared.example": "127.0.0.2"])
        let url = "http://undeclared.example:\(undeclared.port)/"

        let closed = try await stage.mesh(.registryOnly)
        #expect(try await closed.curl("http://httpbin.org/headers").output == "/headers of httpbin.org")
        #expect(httpbin.recorded().last?.tls == nil)
        let https = try await closed.curl("https://www.google.com/", "--cacert", stage.authority.certificateFile)
        #expect(https.output == "searched", "\(https.errors)")
        #expect(google.recorded().last?.tls?.serverName == "www.google.com")
        let slow = try await closed.curl("http://httpbin.org/delay/5", "--write-out", "%{http_code}", "--output", "/dev/null")
        #expect(slow.output == "504")
        let refused = try await closed.curl("http://undeclared.example/", "--write-out", "%{http_code}", "--output", "/dev/null")
        #expect(refused.output == "502")
        #expect(try await closed.curl(url).status != 0)
        #expect(undeclared.recorded().isEmpty)

        let open = try await stage.mesh(.allowAny)
        #expect(try await open.curl(url).output == "undeclared")
    }

    static let tlsOrigination = Example("tls-origination") { stage in
        let origin = try await stage.https("edition.cnn.com") { .text("\($0.path)") }
        let mesh = try await stage.mesh()
        #expect(try await mesh.curl("http://edition.cnn.com/politics").output == "/politics")
        #expect(origin.recorded().last?.tls?.serverName == "edition.cnn.com")
        let own = try await mesh.curl("https://edition.cnn.com/sport", "--cacert", stage.authority.certificateFile)
        #expect(own.output == "/sport", "\(own.errors)")
    }

    static let mutualTLSOrigination = Example("mutual-tls-origination") { stage in
        let host = "partner.example.com"
        let tls = ServerTLS(try stage.authority.server(host), clientCertificate: .required(stage.authority))
        let origin = try await stage.http(host, 443, tls: tls) { .text("\($0.path)") }
        let certificate = try stage.authority.client("orders.example")
        let mesh = try await stage.mesh(
            others: ["secret.yaml": stage.secret("partner-client", namespace: "default", certificate)])
        let orders = try await mesh.curl("http://\(host)/orders", as: .init(labels: ["app": "orders"]))
        #expect(orders.output == "/orders", "\(orders)")
        #expect(origin.recorded().last?.tls?.clientCertificate != nil)
        _ = try await mesh.curl("http://\(host)/orders", as: .init(labels: ["app": "web"]))
        #expect(origin.recorded().count == 1, "who has no certificate is not served")
    }
}
