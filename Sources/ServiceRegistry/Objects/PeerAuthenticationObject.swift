internal import MeshAPI

/// A `PeerAuthentication` object: whether clients of some workloads use
/// mutual TLS.
struct PeerAuthenticationObject: Sendable {
    let selector: [String: String]
    let mode: PeerAuthentication.Mode
    let ports: [Int: PeerAuthentication.Mode]

    init(_ spec: PeerAuthentication) {
        selector = spec.selector?.matchLabels ?? [:]
        mode = spec.mtls?.mode ?? .unset
        ports = Dictionary(
            (spec.portLevelMtls ?? [:]).map { (Int($0.key), $0.value.mode) }, uniquingKeysWith: { first, _ in first })
    }
}
