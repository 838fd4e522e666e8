internal import Foundation
public import SwiftProtobuf

extension Google_Protobuf_Any {
    /// Packs a message: type URL and encoded bytes, the same bytes for the same
    /// content, so that versions can be computed from them.
    ///
    /// Encoding a message of this module fails only if it holds an `Any` that
    /// was read from JSON of a type that nobody registered. Such a message is
    /// kept undecoded, and encoding what contains it reports the error.
    public init<M: Message>(packing message: M) {
        var options = BinaryEncodingOptions()
        options.useDeterministicOrdering = true
        do {
            let bytes: [UInt8] = try message.serializedBytes(partial: true, options: options)
            self.init()
            typeURL = EnvoyTypeURL(messageName: M.protoMessageName).rawValue
            value = Data(bytes)
        } catch {
            self = (try? Google_Protobuf_Any(message: message, partial: true)) ?? Self()
        }
    }

    /// The message inside. Throws if it is of another type or can't be decoded.
    public func unpack<M: Message>(as type: M.Type = M.self) throws -> M {
        try M(unpackingAny: self)
    }

    /// The message inside, or nil if it is of another type.
    public func unpackIfMatching<M: Message>(_ type: M.Type = M.self) throws -> M? {
        guard isA(type) else { return nil }
        return try M(unpackingAny: self)
    }
}
