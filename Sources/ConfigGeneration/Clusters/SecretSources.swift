internal import EnvoyAPI
internal import Foundation
internal import MeshAPI
internal import ServiceRegistry

/// Names the secrets that clusters and listeners refer to, and collects those
/// whose content is known here: files by their paths, credentials from
/// Secrets and ConfigMaps. A credential that can't be found stays unserved,
/// so that a connection fails rather than going unverified.
struct SecretSources {
    typealias Reference = Envoy_Extensions_TransportSockets_Tls_V3_SdsSecretConfig

    let context: ProxyContext

    /// The client certificate of a rule.
    func clientCertificate(_ settings: ClientTLSSettings) -> Reference {
        guard settings.credentialName.isEmpty else { return certificate(credential: settings.credentialName) }
        return certificate(chain: settings.clientCertificate, key: settings.privateKey)
    }

    /// What the certificates of servers are checked against.
    func trustedRoots(_ settings: ClientTLSSettings) -> Reference {
        if !settings.credentialName.isEmpty { return roots(credential: settings.credentialName) }
        return roots(path: settings.caCertificates.isEmpty ? "system" : settings.caCertificates)
    }

    func certificate(chain: String, key: String) -> Reference {
        let name = "file-cert:\(chain)~\(key)"
        if context.secrets[name] == nil {
            var secret = EnvoySecret()
            secret.name = name
            secret.tlsCertificate.certificateChain.filename = chain
            secret.tlsCertificate.privateKey.filename = key
            context.secrets[name] = secret
        }
        return TransportSockets.local(name, waits: false)
    }

    func roots(path: String) -> Reference {
        let name = "file-root:\(path)"
        if context.secrets[name] == nil {
            var secret = EnvoySecret()
            secret.name = name
            secret.validationContext.trustedCa.filename = path == "system" ? context.options.trustBundlePath : path
            context.secrets[name] = secret
        }
        return TransportSockets.local(name, waits: false)
    }

    func certificate(credential: String) -> Reference {
        let name = Self.resourceName(credential)
        if let fields = content(of: credential),
            let chain = fields["tls.crt"] ?? fields["cert"], let key = fields["tls.key"] ?? fields["key"]
        {
            var secret = EnvoySecret()
            secret.name = name
            secret.tlsCertificate.certificateChain.inlineBytes = chain
            secret.tlsCertificate.privateKey.inlineBytes = key
            context.secrets[name] = secret
        }
        return TransportSockets.served(name)
    }

    func roots(credential: String) -> Reference {
        let name = Self.resourceName(credential) + "-cacert"
        let fields = content(of: credential + "-cacert") ?? content(of: credential)
        if let bundle = fields?["ca.crt"] ?? fields?["cacert"] {
            var secret = EnvoySecret()
            secret.name = name
            secret.validationContext.trustedCa.inlineBytes = bundle
            context.secrets[name] = secret
        }
        return TransportSockets.served(name)
    }

    private static func resourceName(_ credential: String) -> String {
        credential.contains("://") ? credential : "kubernetes://" + credential
    }

    private func content(of credential: String) -> [String: Data]? {
        let isConfigMap = credential.hasPrefix("configmap://")
        let path = credential.split(separator: "/", omittingEmptySubsequences: true).map(String.init)
            .drop { $0.hasSuffix(":") }
        let parts = Array(path)
        let namespace = parts.count > 1 ? parts[0] : context.proxy.namespace
        guard let name = parts.last else { return nil }
        return context.snapshot.credential(kind: isConfigMap ? "ConfigMap" : "Secret", namespace: namespace, name: name)
            .map { $0.mapValues { Data($0) } }
    }
}
