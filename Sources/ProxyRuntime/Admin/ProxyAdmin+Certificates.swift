internal import DiscoveryClient
internal import EnvoyAPI
internal import SwiftProtobuf

extension ProxyAdmin {
    /// `/certs`: where each certificate in force comes from. The keys stay inside.
    func certificates() -> AdminReply {
        var entries: [String] = []
        func add(_ owner: String, _ kind: String, _ source: Envoy_Config_Core_V3_DataSource) {
            let place: String
            switch source.specifier {
            case .filename(let path): place = path
            case .inlineBytes, .inlineString: place = "<inline>"
            case .environmentVariable(let name): place = "$\(name)"
            case nil: return
            }
            entries.append("{\"owner\": \(Self.quoted(owner)), \"\(kind)\": [{\"path\": \(Self.quoted(place))}]}")
        }
        for cluster in clusterViews().map(\.cluster) {
            guard
                let context = try? cluster.transportSocket.typedConfig.unpackIfMatching(
                    Envoy_Extensions_TransportSockets_Tls_V3_UpstreamTlsContext.self)
            else { continue }
            for certificate in context.commonTlsContext.tlsCertificates {
                add("cluster \(cluster.name)", "cert_chain", certificate.certificateChain)
            }
            if case .validationContext(let validation) = context.commonTlsContext.validationContextType {
                add("cluster \(cluster.name)", "ca_cert", validation.trustedCa)
            }
        }
        var secrets = proxy.bootstrap.resources.secrets
        for resource in proxy.active(.secret) {
            if case .secret(let secret) = resource { secrets.append(secret) }
        }
        for secret in secrets.sorted(by: { $0.name < $1.name }) {
            switch secret.type {
            case .tlsCertificate(let certificate): add("secret \(secret.name)", "cert_chain", certificate.certificateChain)
            case .validationContext(let validation): add("secret \(secret.name)", "ca_cert", validation.trustedCa)
            default: continue
            }
        }
        return .json("{\"certificates\": [\(entries.joined(separator: ",\n "))]}")
    }

    private static func quoted(_ text: String) -> String {
        "\"" + text.reduce(into: "") { $0 += $1 == "\"" || $1 == "\\" ? "\\\($1)" : String($1) } + "\""
    }
}
