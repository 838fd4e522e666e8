public import EnvoyAPI
public import Foundation
public import MeshAuthority
public import ServiceRegistry
internal import Synchronization

/// The secrets that Istio's agent gives every proxy: its own certificate under
/// `default`, and the mesh's root under `ROOTCA`.
public final class WorkloadSecrets: Sendable {
    private struct Identity: Hashable {
        var namespace: String
        var serviceAccount: String
    }

    private let authority: MeshAuthority
    private let issued = Mutex<[Identity: MeshAuthority.Credential]>([:])

    /// - Parameter authority: Issues the certificates.
    public init(authority: MeshAuthority) {
        self.authority = authority
    }

    /// Adds both to a proxy's resources; the certificate is issued anew when half
    /// its life is over.
    public func add(to resources: inout ResourceSet, for proxy: ProxyIdentity, now: Date = Date()) throws {
        let identity = Identity(namespace: proxy.namespace, serviceAccount: proxy.serviceAccount)
        let credential = try issued.withLock { issued in
            if let known = issued[identity], known.renewal > now { return known }
            let new = try authority.issue(namespace: identity.namespace, serviceAccount: identity.serviceAccount, now: now)
            issued[identity] = new
            return new
        }
        var own = Envoy_Extensions_TransportSockets_Tls_V3_Secret()
        own.name = "default"
        own.tlsCertificate.certificateChain.inlineBytes = Data(credential.certificateChain.utf8)
        own.tlsCertificate.privateKey.inlineBytes = Data(credential.privateKey.utf8)
        var root = Envoy_Extensions_TransportSockets_Tls_V3_Secret()
        root.name = "ROOTCA"
        root.validationContext.trustedCa.inlineBytes = Data(authority.rootCertificate.utf8)
        let names: Set<String> = [own.name, root.name]
        resources.secrets.removeAll { names.contains($0.name) }
        resources.secrets += [own, root]
    }

    /// Whether the certificate that a proxy was given last needs no replacement yet.
    func isCurrent(for proxy: ProxyIdentity, now: Date = Date()) -> Bool {
        let identity = Identity(namespace: proxy.namespace, serviceAccount: proxy.serviceAccount)
        return issued.withLock { $0[identity].map { $0.renewal > now } ?? false }
    }

    /// When the next certificate has to be replaced; nil when none was issued.
    public var nextRenewal: Date? {
        issued.withLock { $0.values.map(\.renewal).min() }
    }
}
