internal import MeshAPI

/// A `ProxyConfig` object: what the proxies of some workloads are started
/// with.
struct ProxyConfigObject: Sendable {
    let selector: [String: String]
    let environment: [String: String]

    init(_ spec: ProxyConfig) {
        selector = spec.selector?.matchLabels ?? [:]
        environment = spec.environmentVariables
    }
}
