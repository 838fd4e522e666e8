import PetrelTestKit
import Testing

extension Example {
    static let egressGateway = Example("egress-gateway") { stage in
        let plain = try await stage.http("edition.cnn.com", 80) { .text("plain \($0.path)") }
        let secure = try await stage.https("edition.cnn.com") { .text("secure \($0.path)") }
        let mesh = try await stage.mesh()
        let first = try await mesh.curl("http://edition.cnn.com/politics")
        #expect(first.output == "plain /politics", "\(first)")
        #expect(plain.recorded().last?.host == "edition.cnn.com")
        let second = try await mesh.curl("https://edition.cnn.com/politics", "--cacert", stage.authority.certificateFile)
        #expect(second.output == "secure /politics", "\(second)")
        #expect(secure.recorded().last?.tls?.serverName == "edition.cnn.com")

        // There is no other way out: without the gateway's Service nothing arrives.
        let without = try await stage.mesh(missing: ["gateway-service.yaml"])
        #expect(try await without.curl("http://edition.cnn.com/politics").output != "plain /politics")
        #expect(plain.recorded().count == 1)
    }

    static let egressGatewayTLSOrigination = Example("egress-gateway-tls-origination") { stage in
        let origin = try await stage.https("edition.cnn.com") { .text("\($0.path)") }
        let mesh = try await stage.mesh()
        let outcome = try await mesh.curl("http://edition.cnn.com/politics")
        #expect(outcome.output == "/politics", "\(outcome)")
        let request = try #require(origin.recorded().last)
        #expect(request.host == "edition.cnn.com")
        #expect(request.tls?.serverName == "edition.cnn.com")
    }

    static let egressGatewayMutualTLS = Example("egress-gateway-mutual-tls") { stage in
        let host = "partner.example.com"
        let tls = ServerTLS(try stage.authority.server(host), clientCertificate: .required(stage.authority))
        let origin = try await stage.http(host, 443, tls: tls) { .text("\($0.path)") }
        let certificate = try stage.authority.client("gateway.example")
        let mesh = try await stage.mesh(
            others: ["secret.yaml": stage.secret("partner-client", namespace: "istio-system", certificate)])
        let outcome = try await mesh.curl("http://\(host)/orders")
        #expect(outcome.output == "/orders", "\(outcome)")
        let request = try #require(origin.recorded().last)
        #expect(request.tls?.serverName == host)
        #expect(request.tls?.clientCertificate != nil)
    }

    static let wildcardEgressGateway = Example("wildcard-egress-gateway") { stage in
        let certificate = try stage.authority.server("*.wikipedia.org")
        let origin = try await stage.http("www.wikipedia.org", 443, tls: ServerTLS(certificate)) { .text($0.host ?? "") }
        try await stage.names(["de.wikipedia.org": "192.0.2.9", "www.example.com": "192.0.2.9"])
        let mesh = try await stage.mesh()
        let cacert = stage.authority.certificateFile
        let outcome = try await mesh.curl("https://de.wikipedia.org/", "--cacert", cacert)
        #expect(outcome.output == "de.wikipedia.org", "\(outcome)")
        #expect(origin.recorded().last?.tls?.serverName == "de.wikipedia.org")
        #expect(try await mesh.curl("https://www.example.com/", "--cacert", cacert).status != 0)
    }
}
