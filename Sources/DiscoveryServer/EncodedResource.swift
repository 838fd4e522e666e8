internal import EnvoyAPI
internal import Foundation
public import SwiftProtobuf

/// One resource as it goes on the wire, encoded once for all proxies.
public final class EncodedResource: Sendable, Equatable {
    /// The name, unique within its type.
    public let name: String
    /// Changes exactly when the content changes.
    public let version: String
    /// The encoded message. Copies share its bytes.
    public let body: Google_Protobuf_Any
    /// For a cluster whose endpoints are discovered, the name of the endpoints.
    public let endpointsName: String?
    /// Only sent to proxies that ask for it by name: those that ask for all
    /// resources of the type don't get it.
    public let isOnDemand: Bool
    /// Contributes to the version of its type.
    let hash: UInt64

    /// Takes a message that is already encoded.
    public convenience init(
        name: String, body: Google_Protobuf_Any, endpointsName: String? = nil, isOnDemand: Bool = false
    ) {
        self.init(
            name: name, body: body, bytes: [UInt8](body.value), endpointsName: endpointsName, isOnDemand: isOnDemand)
    }

    private init(
        name: String, body: Google_Protobuf_Any, bytes: [UInt8], endpointsName: String?, isOnDemand: Bool
    ) {
        self.name = name
        self.body = body
        self.endpointsName = endpointsName
        self.isOnDemand = isOnDemand
        var content = ContentHash()
        content.combine(bytes)
        version = ContentHash.text(content.value)
        content.combine(Array(name.utf8))
        hash = content.value
    }

    /// Encodes a message, the same way every time.
    public convenience init<M: Message>(
        name: String, message: M, endpointsName: String? = nil, isOnDemand: Bool = false
    ) {
        let bytes = ResourceEncoder.bytes(of: message)
        var body = Google_Protobuf_Any()
        body.typeURL = EnvoyTypeURL(messageName: M.protoMessageName).rawValue
        body.value = Data(bytes)
        self.init(name: name, body: body, bytes: bytes, endpointsName: endpointsName, isOnDemand: isOnDemand)
    }

    public static func == (left: EncodedResource, right: EncodedResource) -> Bool {
        left === right || (left.name == right.name && left.version == right.version)
    }
}
