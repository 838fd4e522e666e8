public import EnvoyAPI
public import SwiftProtobuf

/// A response of the control plane, in neither protocol's words.
public struct Delivery: Sendable {
    /// One resource as it was sent.
    public struct Item: Sendable {
        /// Its name; empty where only its content tells.
        public var name: String
        /// Its version.
        public var version: String
        /// The message; nil for a sign of life without content.
        public var body: Google_Protobuf_Any?
    }

    /// The type of the resources.
    public var type: EnvoyTypeURL
    /// Names the response in its answer.
    public var nonce: String
    /// The version of the whole type.
    public var version: String
    /// What is new or changed.
    public var items: [Item]
    /// Names of what is gone.
    public var removed: [String] = []
    /// Whether a resource of a wildcard type that isn't among the items is gone.
    public var isEverything = false

    /// A response of the incremental protocol.
    public init(_ response: Envoy_Service_Discovery_V3_DeltaDiscoveryResponse) {
        type = EnvoyTypeURL(rawValue: response.typeURL)
        nonce = response.nonce
        version = response.systemVersionInfo
        items = response.resources.map {
            Item(name: $0.name, version: $0.version, body: $0.hasResource ? $0.resource : nil)
        }
        removed = response.removedResources
    }

    /// A response of the state-of-the-world protocol. Resources may come
    /// wrapped into `envoy.service.discovery.v3.Resource`.
    public init(_ response: Envoy_Service_Discovery_V3_DiscoveryResponse) {
        type = EnvoyTypeURL(rawValue: response.typeURL)
        nonce = response.nonce
        version = response.versionInfo
        isEverything = true
        items = response.resources.map { any in
            guard let wrapper = try? any.unpackIfMatching(Envoy_Service_Discovery_V3_Resource.self) else {
                return Item(name: "", version: response.versionInfo, body: any)
            }
            return Item(
                name: wrapper.name, version: wrapper.version.isEmpty ? response.versionInfo : wrapper.version,
                body: wrapper.hasResource ? wrapper.resource : nil)
        }
    }
}
