internal import EnvoyAPI
internal import Foundation
public import SwiftProtobuf

/// One resource as it goes on the wire, encoded once for all proxies.
public struct EncodedResource: Sendable, Equatable {
    /// The name, unique within its type.
    public let name: String
    /// Changes exactly when the content changes.
    public let version: String
    /// The encoded message. Copies share its bytes.
    public let body: Google_Protobuf_Any
    /// For a cluster whose endpoints are discovered, the name of the endpoints.
    public let endpointsName: String?

    /// Takes a message that is already encoded.
    public init(name: String, body: Google_Protobuf_Any, endpointsName: String? = nil) {
        self.init(name: name, body: body, bytes: [UInt8](body.value), endpointsName: endpointsName)
    }

    private init(
        name: String, body: Google_Protobuf_Any, bytes: [UInt8], endpointsName: String?
    ) {
        self.name = name
        self.body = body
        self.endpointsName = endpointsName
        var hash = ContentHash()
        hash.combine(bytes)
        self.version = ContentHash.text(hash.value)
    }

    /// Encodes a message. Throws if the message holds typed configuration that
    /// was read from JSON of an unknown type.
    public init<M: Message>(name: String, message: M, endpointsName: String? = nil) throws {
        var options = BinaryEncodingOptions()
        options.useDeterministicOrdering = true
        let bytes: [UInt8] = try message.serializedBytes(partial: true, options: options)
        var body = Google_Protobuf_Any()
        body.typeURL = EnvoyTypeURL(messageName: M.protoMessageName).rawValue
        body.value = Data(bytes)
        self.init(name: name, body: body, bytes: bytes, endpointsName: endpointsName)
    }

    public static func == (left: EncodedResource, right: EncodedResource) -> Bool {
        left.name == right.name && left.version == right.version
    }
}
