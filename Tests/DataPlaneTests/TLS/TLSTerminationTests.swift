import EnvoyAPI
import Glibc
import Testing
import TrafficModel

@testable import DataPlane

@Suite struct TLSTerminationTests {
    /// A listener that ends TLS in front of an HTTP origin.
    private func proxy(
        _ origin: UInt16, _ context: String, inspector: Bool = true, tcp: Bool = false, match: String = ""
    ) throws -> TestProxy {
        let base = tcp ? ProxyResources.tcp(to: ProxyResources.cluster(origin)) : .proxy(to: ProxyResources.cluster(origin))
        var resources = base
        let socket = """
            "transportSocket":{"name":"envoy.transport_sockets.tls","typedConfig":{"@type":\
            "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext",\(context)}}
            """
        resources.chains = "{\(match)\(socket),\(base.chains.dropFirst())"
        if inspector {
            resources.listenerFields = """
                ,"listenerFilters":[{"name":"tls","typedConfig":{"@type":\
                "type.googleapis.com/envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector"}}]
                """
        }
        return try TestProxy(resources)
    }

    private func certificate(_ pair: (certificate: String, key: String)) -> String {
        """
        "tlsCertificates":[{"certificateChain":{"filename":"\(pair.certificate)"},"privateKey":{"filename":"\(pair.key)"}}]
        """
    }

    private func curl(_ proxy: TestProxy, _ options: String, host: String = "shop.example") -> (output: String, status: Int32) {
        Shell.run("curl -sS --http1.1 --resolve \(host):\(proxy.port):127.0.0.1 \(options) https://\(host):\(proxy.port)/path")
    }

    @Test(arguments: [true, false], [true, false])
    func carriesWhatCameOverTLS(inspector: Bool, tcp: Bool) throws {
        let authority = try TestAuthority("Test CA")
        let origin = try ScriptedOrigin.answering("hello")
        let pair = try authority.issue("shop.example")
        let proxy = try proxy(origin.port, "\"commonTlsContext\":{\(certificate(pair))}", inspector: inspector, tcp: tcp)
        let answer = curl(proxy, "--cacert \(authority.certificate)")
        #expect(answer.output == "hello")
        let seen = try #require(origin.notes.first)
        if !tcp { #expect(seen.contains("x-forwarded-proto: https")) }
        #expect(seen.hasPrefix("GET /path HTTP/1.1"))
    }

    @Test func manyRequestsAndLargeBodiesShareAConnection() throws {
        let authority = try TestAuthority("Test CA")
        let body = String(repeating: "0123456789abcdef", count: 20_000)
        let origin = try ScriptedOrigin.answering(body)
        let pair = try authority.issue("shop.example")
        let proxy = try proxy(origin.port, "\"commonTlsContext\":{\(certificate(pair))}")
        let url = "https://shop.example:\(proxy.port)"
        let answer = Shell.run(
            "head -c 300000 /dev/zero > \(authority.directory)/upload; curl -sS --http1.1 --cacert \(authority.certificate) --resolve shop.example:\(proxy.port):127.0.0.1 -w \"%{num_connects} %{size_download} \" -o /dev/null --data-binary @\(authority.directory)/upload \(url)/a -o /dev/null --next -sS --http1.1 --cacert \(authority.certificate) --resolve shop.example:\(proxy.port):127.0.0.1 -w \"%{num_connects} %{size_download} \" -o /dev/null \(url)/b")
        #expect(answer.output == "1 320000 0 320000 ")
        #expect(origin.notes.count == 2)
    }

    enum Client: String, CaseIterable, Sendable { case good, none, unknown, expired, wrongName }

    @Test(arguments: Client.allCases)
    func asksClientsForCertificates(_ client: Client) throws {
        let authority = try TestAuthority("Test CA")
        let other = try TestAuthority("Other CA")
        let origin = try ScriptedOrigin.answering("hello")
        let server = try authority.issue("shop.example")
        let pair: (certificate: String, key: String)?
        switch client {
        case .good: pair = try authority.issue("client.example")
        case .none: pair = nil
        case .unknown: pair = try other.issue("client.example")
        case .expired: pair = try authority.issue("client.example", days: (-10, -2))
        case .wrongName: pair = try authority.issue("stranger.example")
        }
        let context = """
            "requireClientCertificate":true,"commonTlsContext":{\(certificate(server)),"validationContext":{\
            "trustedCa":{"filename":"\(authority.certificate)"},"matchTypedSubjectAltNames":[{"sanType":"DNS",\
            "matcher":{"safeRegex":{"regex":"client\\\\..*"}}}]}}
            """
        let proxy = try proxy(origin.port, context)
        let shown = pair.map { "--cert \($0.certificate) --key \($0.key)" } ?? ""
        let answer = curl(proxy, "--cacert \(authority.certificate) \(shown)")
        if client == .good {
            #expect(answer.output == "hello")
        } else {
            #expect(answer.status != 0, "\(answer.output)")
            #expect(origin.notes.isEmpty)
            #expect(answer.output.contains("alert"), "\(answer.output)")
        }
    }

    @Test func choosesAChainByServerName() throws {
        let authority = try TestAuthority("Test CA")
        let origin = try ScriptedOrigin.answering("hello")
        let pair = try authority.issue("shop.example")
        let proxy = try proxy(
            origin.port, "\"commonTlsContext\":{\(certificate(pair))}", match: #""filterChainMatch":{"serverNames":["shop.example"]},"#)
        #expect(curl(proxy, "--cacert \(authority.certificate)").output == "hello")
        #expect(curl(proxy, "-k", host: "other.example").status != 0)
    }

    @Test(arguments: [("http/1.1", "ALPN protocol: http/1.1"), ("acme", "No ALPN negotiated")])
    func choosesAProtocol(offered: String, expected: String) throws {
        let authority = try TestAuthority("Test CA")
        let origin = try ScriptedOrigin.answering("hello")
        let pair = try authority.issue("shop.example")
        let proxy = try proxy(origin.port, "\"commonTlsContext\":{\"alpnProtocols\":[\"http/1.1\"],\(certificate(pair))}")
        let answer = Shell.run("echo | openssl s_client -connect 127.0.0.1:\(proxy.port) -servername shop.example -alpn \(offered)")
        #expect(answer.output.contains(expected), "\(answer.output)")
    }

    @Test(arguments: [("--http2", "2"), ("--http1.1", "1.1")])
    func speaksTheVersionThatWasChosen(option: String, version: String) throws {
        let authority = try TestAuthority("Test CA")
        let origin = try ScriptedOrigin.answering("hello")
        let pair = try authority.issue("shop.example")
        let proxy = try proxy(
            origin.port, "\"commonTlsContext\":{\"alpnProtocols\":[\"h2\",\"http/1.1\"],\(certificate(pair))}")
        let answer = curl(proxy, "--cacert \(authority.certificate) \(option) -w \" %{http_version}\"")
        #expect(answer.output == "hello \(version)")
        #expect(origin.notes.first?.contains("x-forwarded-proto: https") == true)
    }

    @Test(arguments: [("tls1_2", true), ("tls1_3", false)])
    func keepsToItsVersions(version: String, works: Bool) throws {
        let authority = try TestAuthority("Test CA")
        let origin = try ScriptedOrigin.answering("hello")
        let pair = try authority.issue("shop.example")
        let proxy = try proxy(
            origin.port, "\"commonTlsContext\":{\"tlsParams\":{\"tlsMaximumProtocolVersion\":\"TLSv1_2\"},\(certificate(pair))}")
        let answer = Shell.run("echo | openssl s_client -connect 127.0.0.1:\(proxy.port) -\(version)")
        #expect(answer.output.contains("Cipher is ECDHE") == works, "\(answer.output)")
    }

    @Test func showsTheCertificateThatTheFileHoldsNow() throws {
        let authority = try TestAuthority("Test CA")
        let origin = try ScriptedOrigin.answering("hello")
        let first = try authority.issue("shop.example")
        let second = try authority.issue("*.shop.example")
        let proxy = try proxy(origin.port, "\"commonTlsContext\":{\(certificate(first))}")
        let show = "echo | openssl s_client -connect 127.0.0.1:\(proxy.port)"
        #expect(Shell.run(show).output.contains("CN = shop.example"))
        try authority.run("cp \(second.certificate) new.pem && cp \(second.key) \(first.key) && mv new.pem \(first.certificate)")
        // Looked at once a second: each handshake until then shows the old one.
        var shown = ""
        for _ in 0..<100 {
            shown = Shell.run(show).output
            if shown.contains("CN = *.shop.example") { break }
        }
        #expect(shown.contains("CN = *.shop.example"))
    }
}
