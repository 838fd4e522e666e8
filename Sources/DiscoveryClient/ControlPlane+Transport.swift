internal import GRPCCore
internal import GRPCNIOTransportHTTP2Posix

extension ControlPlane {
    /// A connection to it that isn't open yet.
    func transport() throws -> HTTP2ClientTransport.Posix {
        try HTTP2ClientTransport.Posix(
            target: resolvable, transportSecurity: transportSecurity,
            config: .defaults { config in
                config.http2.authority = security?.serverName
                // One attempt for each stream: the session waits between them.
                config.backoff.initial = .seconds(60)
                config.backoff.max = .seconds(60)
            })
    }

    private var resolvable: any ResolvableTarget {
        switch target {
        case .ipv4(let address, let port): .ipv4(address: address, port: port)
        case .ipv6(let address, let port): .ipv6(address: address, port: port)
        case .name(let name, let port): .dns(host: name, port: port)
        case .path(let path): .unixDomainSocket(path: path, authority: security?.serverName)
        }
    }

    private var transportSecurity: HTTP2ClientTransport.Posix.TransportSecurity {
        guard let security else { return .plaintext }
        return .tls { config in
            if let certificate = security.certificate, let key = security.key {
                config.certificateChain = [Self.certificate(certificate)]
                config.privateKey = Self.key(key)
            }
            guard let roots = security.roots else {
                config.serverCertificateVerification = .noVerification
                return
            }
            config.trustRoots = .certificates([Self.certificate(roots)])
            config.serverCertificateVerification = security.verifiesName ? .fullVerification : .noHostnameVerification
        }
    }

    private static func certificate(_ credential: Credential) -> TLSConfig.CertificateSource {
        switch credential {
        case .file(let path): .file(path: path, format: .pem)
        case .inline(let bytes): .bytes(bytes, format: .pem)
        }
    }

    private static func key(_ credential: Credential) -> TLSConfig.PrivateKeySource {
        switch credential {
        case .file(let path): .file(path: path, format: .pem)
        case .inline(let bytes): .bytes(bytes, format: .pem)
        }
    }
}
