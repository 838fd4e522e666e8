internal import Foundation
public import SwiftProtobuf

/// Envoy messages as JSON, in the form that Envoy itself reads and prints.
public enum EnvoyJSON {
    /// How fields are spelled. Envoy reads both.
    public enum FieldNames: Sendable {
        /// `connectTimeout`, as Istio's tools print.
        case camelCase
        /// `connect_timeout`, as Envoy's admin endpoint prints.
        case original
    }

    /// Prints a message.
    ///
    /// - Parameters:
    ///   - message: The message.
    ///   - fieldNames: The spelling of fields.
    ///   - pretty: Over several indented lines, keys sorted.
    public static func encode(
        _ message: some Message, fieldNames: FieldNames = .camelCase, pretty: Bool = false
    ) throws -> String {
        EnvoyMessageRegistry.register()
        var options = JSONEncodingOptions()
        options.preserveProtoFieldNames = fieldNames == .original
        options.useDeterministicOrdering = true
        let compact = try message.jsonString(options: options)
        guard pretty else { return compact }
        let tree = try JSONSerialization.jsonObject(with: Data(compact.utf8))
        let data = try JSONSerialization.data(
            withJSONObject: tree, options: [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes])
        return String(decoding: data, as: UTF8.self)
    }

    /// Reads a message. Unknown fields and unknown types are errors, also
    /// inside typed configuration.
    public static func decode<M: Message>(_ type: M.Type = M.self, from json: String) throws -> M {
        EnvoyMessageRegistry.register()
        let message = try M(jsonString: json)
        return try resolvingTypedConfiguration(message)
    }

    /// Reads a message and passes over unknown fields. Typed configuration of
    /// an unknown type is kept as a `TypedStruct` that carries its type URL.
    public static func decodeLeniently<M: Message>(
        _ type: M.Type = M.self, from json: String
    ) throws -> M {
        EnvoyMessageRegistry.register()
        let tree = try JSONSerialization.jsonObject(
            with: Data(json.utf8), options: [.fragmentsAllowed])
        let data = try JSONSerialization.data(
            withJSONObject: wrappingUnknownTypes(tree), options: [.fragmentsAllowed])
        var options = JSONDecodingOptions()
        options.ignoreUnknownFields = true
        let message = try M(jsonUTF8Data: data, options: options)
        return try resolvingTypedConfiguration(message)
    }

    /// The JSON reader leaves the content of each `Any` unread. Encoding reads
    /// it, so that a fault is found here and not when somebody needs it.
    private static func resolvingTypedConfiguration<M: Message>(_ message: M) throws -> M {
        var options = BinaryEncodingOptions()
        options.useDeterministicOrdering = true
        let bytes: [UInt8] = try message.serializedBytes(partial: true, options: options)
        return try M(serializedBytes: bytes)
    }

    private static func wrappingUnknownTypes(_ node: Any) -> Any {
        if let array = node as? [Any] {
            return array.map(wrappingUnknownTypes)
        }
        guard var object = node as? [String: Any] else { return node }
        if let url = object["@type"] as? String {
            let name = EnvoyTypeURL(rawValue: url).messageName
            if !EnvoyMessageRegistry.knows(messageName: name) {
                object["@type"] = nil
                return [
                    "@type": EnvoyTypeURL.prefix + "xds.type.v3.TypedStruct",
                    "typeUrl": url, "value": object,
                ]
            }
        }
        return object.mapValues(wrappingUnknownTypes)
    }
}
