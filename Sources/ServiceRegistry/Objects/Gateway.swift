public import MeshAPI

/// A `Gateway` object: the servers of a gateway's proxies.
public struct GatewayObject: Sendable {
    /// Who it is.
    public let reference: ObjectReference
    /// Labels of the proxies; empty for all.
    public let selector: [String: String]
    /// Host of the Kubernetes Service whose proxies these are, for gateways
    /// that name one instead of labels.
    public let serviceHosts: [String]
    /// Its servers in the order written.
    public let servers: [Server]

    /// One listening port.
    public struct Server: Sendable {
        /// How TLS is handled.
        public enum TLSMode: String, Sendable {
            /// Passed on untouched, routed by server name.
            case passthrough = "PASSTHROUGH"
            /// Terminated with a certificate.
            case simple = "SIMPLE"
            /// Terminated; clients show a certificate.
            case mutual = "MUTUAL"
            /// Passed on to the service that the server name spells.
            case autoPassthrough = "AUTO_PASSTHROUGH"
            /// Terminated with the mesh's own identities.
            case istioMutual = "ISTIO_MUTUAL"
            /// Terminated; clients may show a certificate.
            case optionalMutual = "OPTIONAL_MUTUAL"
        }

        /// TLS settings.
        public struct TLS: Sendable {
            /// How TLS is handled.
            public var mode: TLSMode
            /// Plain requests are sent to HTTPS.
            public var redirectsToHTTPS: Bool
            /// Names of the Secrets with certificate and key.
            public var credentialNames: [String]
            /// Name of the Secret with the clients' CA, when it is another.
            public var caCertCredentialName: String
            /// Certificates and keys in files, when there are several.
            public var certificates: [Certificate]
            /// Path of the certificate.
            public var serverCertificate: String
            /// Path of the key.
            public var privateKey: String
            /// Path of the clients' CA.
            public var caCertificates: String
            /// Path of the list of revoked certificates.
            public var revocations: String
            /// Hashes of the public keys that clients' certificates may have.
            public var keyHashes: [String]
            /// Hashes that clients' certificates may have.
            public var certificateHashes: [String]
            /// Clients' certificates of any authority are accepted.
            public var acceptsAnyAuthority: Bool
            /// Names that clients' certificates may have.
            public var subjectAltNames: [String]
            /// Oldest version accepted.
            public var minProtocolVersion: String
            /// Newest version accepted.
            public var maxProtocolVersion: String
            /// Ciphers accepted, below TLS 1.3.
            public var cipherSuites: [String]
        }

        /// A certificate and its key in files.
        public struct Certificate: Sendable {
            /// Path of the certificate.
            public var chain: String
            /// Path of the key.
            public var key: String
        }

        /// Port number of the Service.
        public var port: Int
        /// Name of the port.
        public var portName: String
        /// What is spoken.
        public var portProtocol: PortProtocol
        /// Address to listen on; empty for all.
        public var bind: String
        /// Hosts as written, with namespaces made explicit.
        public var hosts: [String]
        /// Name of the server.
        public var name: String
        /// TLS settings, if any.
        public var tls: TLS?
    }

    init(_ object: MeshObject) {
        let spec = ObjectFields(spec: object)
        reference = object.reference
        selector = spec["selector"].stringMap
        serviceHosts = (object.metadata.annotations["internal.istio.io/gateway-service"] ?? "")
            .split(separator: ",").map(String.init)
        servers = spec["servers"].list.map { Server($0, namespace: object.metadata.namespace) }
    }
}

extension GatewayObject.Server {
    init(_ fields: ObjectFields, namespace: String) {
        port = fields["port"]["number"].int ?? 0
        portName = fields["port"]["name"].string
        portProtocol = PortProtocol(word: fields["port"]["protocol"].string)
        bind = fields["bind"].string
        name = fields["name"].string
        hosts = Self.qualified(fields["hosts"].strings, namespace: namespace)
        tls = fields["tls"].isPresent ? TLS(fields["tls"]) : nil
    }

    /// `./host` gets the gateway's namespace, `*/host` is plain `host`.
    private static func qualified(_ hosts: [String], namespace: String) -> [String] {
        if hosts.contains("*/*") { return ["*"] }
        return hosts.map { host in
            if host.hasPrefix("./") { return namespace + host.dropFirst() }
            return host.hasPrefix("*/") ? String(host.dropFirst(2)) : host
        }
    }
}

extension GatewayObject.Server.TLS {
    init(_ fields: ObjectFields) {
        mode = .init(rawValue: fields["mode"].string) ?? .passthrough
        redirectsToHTTPS = fields["httpsRedirect"].bool ?? false
        let single = fields["credentialName"].string
        credentialNames = single.isEmpty ? fields["credentialNames"].strings : [single]
        caCertCredentialName = fields["caCertCredentialName"].string
        certificates = fields["tlsCertificates"].list.map {
            .init(chain: $0["serverCertificate"].string, key: $0["privateKey"].string)
        }
        revocations = fields["caCrl"].string
        keyHashes = fields["verifyCertificateSpki"].strings
        certificateHashes = fields["verifyCertificateHash"].strings
        acceptsAnyAuthority = fields["insecureSkipVerify"].bool ?? false
        serverCertificate = fields["serverCertificate"].string
        privateKey = fields["privateKey"].string
        caCertificates = fields["caCertificates"].string
        subjectAltNames = fields["subjectAltNames"].strings
        minProtocolVersion = fields["minProtocolVersion"].string
        maxProtocolVersion = fields["maxProtocolVersion"].string
        cipherSuites = fields["cipherSuites"].strings
    }
}
