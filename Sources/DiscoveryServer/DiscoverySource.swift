public import EnvoyAPI

/// Where the resources come from: the mesh.
public protocol DiscoverySource: Sendable {
    /// The resources for one proxy: what they are now, then each later state.
    /// A proxy that is slow skips states; it always gets the latest. The stream
    /// ends when the proxy has to connect again.
    ///
    /// Throws `DiscoveryRefusal` for a proxy that is not served.
    func resources(
        for node: Envoy_Config_Core_V3_Node
    ) async throws -> AsyncStream<ResourceSnapshot>
}

/// Why a proxy is not served. The proxy logs the reason.
public struct DiscoveryRefusal: Error, Hashable, Sendable, CustomStringConvertible {
    /// For the person who reads the proxy's log.
    public let reason: String

    /// A refusal with its reason.
    public init(reason: String) {
        self.reason = reason
    }

    public var description: String { reason }
}
