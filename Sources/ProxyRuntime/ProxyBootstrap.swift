public import DiscoveryClient
public import EnvoyAPI
internal import Foundation
internal import SwiftProtobuf

/// What of an Envoy bootstrap concerns a data plane.
public struct ProxyBootstrap: Sendable {
    /// The whole file.
    public var message: Envoy_Config_Bootstrap_V3_Bootstrap
    /// The resources that the file itself holds.
    public var resources: ResourceSet
    /// Where everything else comes from; nil for a proxy without a control plane.
    public var controlPlane: ControlPlane?

    /// Why a bootstrap can't be used.
    public struct Fault: Error, Sendable, Hashable, CustomStringConvertible {
        /// For the person who wrote it.
        public let description: String
    }

    /// Reads a bootstrap.
    ///
    /// What stands under `static_resources` must be understood completely.
    /// Elsewhere, fields that concern only Envoy are passed over.
    ///
    /// - Parameter json: The bootstrap as JSON, field names in either spelling.
    public init(json: String) throws(Fault) {
        do {
            let text = try Self.checkingResources(json)
            message = try EnvoyJSON.decodeLeniently(Envoy_Config_Bootstrap_V3_Bootstrap.self, from: text)
        } catch {
            throw Fault(description: "the bootstrap can't be read: \(error)")
        }
        let fixed = message.staticResources
        resources = ResourceSet(listeners: fixed.listeners, clusters: fixed.clusters, secrets: fixed.secrets)
        do {
            controlPlane = try ControlPlane(message)
        } catch {
            throw Fault(description: error.description)
        }
    }

    /// Says who the proxy is where the file doesn't, as Envoy's
    /// `--service-node` and `--service-cluster`.
    public mutating func identify(node: String?, cluster: String?) {
        if let node, message.node.id.isEmpty { message.node.id = node }
        if let cluster, message.node.cluster.isEmpty { message.node.cluster = cluster }
    }

    /// Reads a bootstrap file.
    public init(path: String) throws(Fault) {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw Fault(description: "\(path) can't be read")
        }
        try self.init(json: String(decoding: data, as: UTF8.self))
    }

    /// Decodes what stands under `static_resources` with all that it holds, so
    /// that nothing in it is passed over; gives the text back.
    private static func checkingResources(_ json: String) throws -> String {
        let tree = try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any]
        guard let resources = tree?["static_resources"] ?? tree?["staticResources"] else { return json }
        let data = try JSONSerialization.data(withJSONObject: ["static_resources": resources])
        _ = try EnvoyJSON.decode(Envoy_Config_Bootstrap_V3_Bootstrap.self, from: String(decoding: data, as: UTF8.self))
        return json
    }

    /// `address:port` of the admin endpoint, when the file has one.
    public var adminAddress: String? {
        guard message.hasAdmin else { return nil }
        let address = message.admin.address.socketAddress
        let host = address.address.contains(":") ? "[\(address.address)]" : address.address
        return "\(host):\(address.portValue)"
    }

    /// Names of the file's own resources, which discovery can't replace.
    var fixedNames: Set<ResourceName> { Set(resources.names) }
}
