import Testing

@testable import DataPlane

@Suite struct TLSOriginationTests {
    @Test func verifiesAndCarries() throws {
        let authority = try TestAuthority("Test CA")
        let pair = try authority.issue("good.example")
        let origin = try TLSOrigin(certificate: pair.certificate, key: pair.key)
        let tls = ProxyResources.tls(authority: authority.certificate, name: "good.example")
        let proxy = try TestProxy(.proxy(to: ProxyResources.cluster(origin.port, extra: tls)))
        for _ in 0..<3 {
            let answer = try proxy.exchange("GET / HTTP/1.1\r\nHost: good.example\r\n\r\n")
            #expect(answer.startLine.hasPrefix("HTTP/1.1 200"))
        }
    }

    @Test func takesTheNameFromTheRequest() throws {
        let authority = try TestAuthority("Test CA")
        let pair = try authority.issue("*.good.example")
        let origin = try TLSOrigin(certificate: pair.certificate, key: pair.key)
        let tls = ProxyResources.tls(authority: authority.certificate, name: "", autoSNI: true)
        let proxy = try TestProxy(.proxy(to: ProxyResources.cluster(origin.port, extra: tls)))
        let good = try proxy.exchange("GET / HTTP/1.1\r\nHost: api.good.example\r\n\r\n")
        #expect(good.startLine.hasPrefix("HTTP/1.1 200"))
        let bad = try proxy.exchange("GET / HTTP/1.1\r\nHost: bad.example\r\n\r\n")
        #expect(bad["x-petrel-reason"] == "certificate-name-mismatch")
    }

    enum Fault: String, CaseIterable, Sendable { case expired, notYetValid, selfSigned, unknownIssuer, wrongName, plain, noOverlap }

    @Test(arguments: Fault.allCases)
    func saysWhyItRefuses(_ fault: Fault) throws {
        let authority = try TestAuthority("Test CA")
        let other = try TestAuthority("Other CA")
        let pair: (certificate: String, key: String)
        switch fault {
        case .expired: pair = try authority.issue("good.example", days: (-10, -2))
        case .notYetValid: pair = try authority.issue("good.example", days: (2, 10))
        case .selfSigned: pair = (other.certificate, other.directory + "/ca.key")
        case .unknownIssuer: pair = try other.issue("good.example")
        case .wrongName: pair = try authority.issue("other.example")
        case .plain, .noOverlap: pair = try authority.issue("good.example")
        }
        let port: UInt16
        var plain: ScriptedOrigin?
        var secure: TLSOrigin?
        if fault == .plain {
            let origin = try ScriptedOrigin { socket, _ in
                _ = socket.readSome()
                try socket.write("HTTP/1.1 400 Bad Request\r\n\r\n")
            }
            plain = origin
            port = origin.port
        } else {
            let origin = try TLSOrigin(
                certificate: pair.certificate, key: pair.key, options: fault == .noOverlap ? ["-tls1_1"] : [])
            secure = origin
            port = origin.port
        }
        let tls = ProxyResources.tls(authority: authority.certificate, name: "good.example")
        let proxy = try TestProxy(.proxy(to: ProxyResources.cluster(port, extra: tls)))
        let answer = try proxy.exchange("GET / HTTP/1.1\r\nHost: good.example\r\n\r\n")
        withExtendedLifetime((plain, secure)) {}
        #expect(answer.startLine == "HTTP/1.1 503 Service Unavailable")
        let wanted: (reason: String, word: String)
        switch fault {
        case .expired: wanted = ("certificate-expired", "has expired")
        case .notYetValid: wanted = ("certificate-expired", "not valid yet")
        case .selfSigned: wanted = ("certificate-untrusted", "self-signed")
        case .unknownIssuer: wanted = ("certificate-untrusted", "unknown issuer (issued by Other CA)")
        case .wrongName: wanted = ("certificate-name-mismatch", "other.example")
        case .plain, .noOverlap: wanted = ("upstream-tls-failure", "handshake")
        }
        #expect(answer["x-petrel-reason"] == wanted.reason)
        #expect(answer.body.contains(wanted.word), "\(answer.body)")
        #expect(answer.body.contains("good.example"))
    }

    @Test(arguments: [true, false])
    func takesOnlyPinnedCertificates(_ isRight: Bool) throws {
        let authority = try TestAuthority("Test CA")
        let pair = try authority.issue("good.example")
        let origin = try TLSOrigin(certificate: pair.certificate, key: pair.key)
        try authority.run("openssl x509 -in \(pair.certificate) -outform DER | sha256sum | cut -c1-64 > hash")
        let bytes = try #require(FileBytes.read(authority.directory + "/hash"))
        let hash = isRight ? String(decoding: bytes.prefix(64), as: UTF8.self) : String(repeating: "ab", count: 32)
        let tls = ProxyResources.tls(authority: authority.certificate, name: "good.example")
        let pinned = tls.replacing("\"matchTypedSubjectAltNames\"", with: "\"verifyCertificateHash\":[\"\(hash)\"],\"matchTypedSubjectAltNames\"")
        let proxy = try TestProxy(.proxy(to: ProxyResources.cluster(origin.port, extra: pinned)))
        let answer = try proxy.exchange("GET / HTTP/1.1\r\nHost: good.example\r\n\r\n")
        #expect(answer.startLine.hasPrefix(isRight ? "HTTP/1.1 200" : "HTTP/1.1 503"))
        if !isRight { #expect(answer["x-petrel-reason"] == "certificate-untrusted") }
    }

    @Test func skipsVerificationOnlyWhenToldTo() throws {
        let authority = try TestAuthority("Test CA")
        let origin = try TLSOrigin(certificate: authority.certificate, key: authority.directory + "/ca.key")
        let context = """
            ,"transportSocket":{"name":"envoy.transport_sockets.tls","typedConfig":{"@type":\
            "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext","sni":"any.example","commonTlsContext":{}}}
            """
        let proxy = try TestProxy(.proxy(to: ProxyResources.cluster(origin.port, extra: context)))
        let answer = try proxy.exchange("GET / HTTP/1.1\r\nHost: any.example\r\n\r\n")
        #expect(answer.startLine.hasPrefix("HTTP/1.1 200"))
    }

    @Test(arguments: [true, false])
    func refusesWhatIsRevoked(isRevoked: Bool) throws {
        let authority = try TestAuthority("Test CA")
        let pair = try authority.issue("good.example")
        let other = try authority.issue("other.example")
        let revoked = isRevoked ? pair.certificate : other.certificate
        try authority.run("openssl ca -config ca.cnf -cert ca.pem -keyfile ca.key -revoke \(revoked)")
        try authority.run("openssl ca -config ca.cnf -cert ca.pem -keyfile ca.key -gencrl -crldays 30 -out crl.pem")
        let origin = try TLSOrigin(certificate: pair.certificate, key: pair.key)
        let tls = ProxyResources.tls(authority: authority.certificate, name: "good.example")
        let list = tls.replacing("\"trustedCa\"", with: "\"crl\":{\"filename\":\"\(authority.directory)/crl.pem\"},\"trustedCa\"")
        let proxy = try TestProxy(.proxy(to: ProxyResources.cluster(origin.port, extra: list)))
        let answer = try proxy.exchange("GET / HTTP/1.1\r\nHost: good.example\r\n\r\n")
        #expect(answer.startLine.hasPrefix(isRevoked ? "HTTP/1.1 503" : "HTTP/1.1 200"), "\(answer.body)")
        if isRevoked { #expect(answer["x-petrel-reason"] == "certificate-revoked") }
    }

    @Test(arguments: [("good\\\\.exam.*", true), ("exam.*", false)])
    func namesMayBePatterns(pattern: String, fits: Bool) throws {
        let authority = try TestAuthority("Test CA")
        let pair = try authority.issue("good.example")
        let origin = try TLSOrigin(certificate: pair.certificate, key: pair.key)
        let tls = ProxyResources.tls(authority: authority.certificate, name: "good.example")
        let patterned = tls.replacing("{\"exact\":\"good.example\"}", with: "{\"safeRegex\":{\"regex\":\"\(pattern)\"}}")
        let proxy = try TestProxy(.proxy(to: ProxyResources.cluster(origin.port, extra: patterned)))
        let answer = try proxy.exchange("GET / HTTP/1.1\r\nHost: good.example\r\n\r\n")
        #expect(answer.startLine.hasPrefix(fits ? "HTTP/1.1 200" : "HTTP/1.1 503"), "\(answer.body)")
    }
}
