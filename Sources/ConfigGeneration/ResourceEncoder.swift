internal import Foundation
public import SwiftProtobuf

/// Encodes resources in one pass.
///
/// SwiftProtobuf asks every message for its size before it writes it, and
/// for nested messages again on each level; configuration is nested deeply,
/// and most of the time goes into that. Here a message is written first, and
/// its length put before it afterwards. The bytes are the same as those of
/// SwiftProtobuf with deterministic ordering.
public enum ResourceEncoder {
    /// The encoded message; maps in order of their keys.
    ///
    /// A message that can't be encoded, such as one with an `Any` read from
    /// JSON of an unknown type, gives no bytes.
    public static func bytes(of message: some Message) -> [UInt8] {
        var visitor = OnePassVisitor()
        do {
            try message.traverse(visitor: &visitor)
            return visitor.buffer
        } catch {
            var options = BinaryEncodingOptions()
            options.useDeterministicOrdering = true
            return (try? message.serializedBytes(partial: true, options: options)) ?? []
        }
    }
}

/// Writes fields as they are visited. Kinds of fields that configuration
/// never has are refused.
private struct OnePassVisitor: Visitor {
    struct Unsupported: Error {}

    private enum WireType: UInt64 {
        case varint = 0
        case fixed64 = 1
        case delimited = 2
    }

    var buffer: [UInt8] = []

    init() { buffer.reserveCapacity(512) }

    private mutating func varint(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            buffer.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        buffer.append(UInt8(truncatingIfNeeded: rest))
    }

    private mutating func tag(_ number: Int, _ type: WireType) {
        varint(UInt64(number) << 3 | type.rawValue)
    }

    /// Writes a field whose length is known when it is written.
    private mutating func delimited(_ number: Int, _ body: (inout OnePassVisitor) throws -> Void) rethrows {
        tag(number, .delimited)
        let start = buffer.count
        // Most messages are short; longer lengths are put in afterwards.
        buffer.append(0)
        try body(&self)
        let length = buffer.count - start - 1
        if length < 0x80 {
            buffer[start] = UInt8(length)
            return
        }
        var prefix: [UInt8] = []
        var rest = length
        while rest >= 0x80 {
            prefix.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        prefix.append(UInt8(rest))
        buffer[start] = prefix[0]
        buffer.insert(contentsOf: prefix.dropFirst(), at: start + 1)
    }

    mutating func visitSingularDoubleField(value: Double, fieldNumber: Int) {
        tag(fieldNumber, .fixed64)
        withUnsafeBytes(of: value.bitPattern.littleEndian) { buffer.append(contentsOf: $0) }
    }

    mutating func visitSingularInt64Field(value: Int64, fieldNumber: Int) {
        tag(fieldNumber, .varint)
        varint(UInt64(bitPattern: value))
    }

    mutating func visitSingularUInt64Field(value: UInt64, fieldNumber: Int) {
        tag(fieldNumber, .varint)
        varint(value)
    }

    mutating func visitSingularBoolField(value: Bool, fieldNumber: Int) {
        tag(fieldNumber, .varint)
        buffer.append(value ? 1 : 0)
    }

    mutating func visitSingularStringField(value: String, fieldNumber: Int) {
        tag(fieldNumber, .delimited)
        varint(UInt64(value.utf8.count))
        buffer.append(contentsOf: value.utf8)
    }

    mutating func visitSingularBytesField(value: Data, fieldNumber: Int) {
        tag(fieldNumber, .delimited)
        varint(UInt64(value.count))
        value.withUnsafeBytes { buffer.append(contentsOf: $0) }
    }

    mutating func visitSingularEnumField<E: SwiftProtobuf.Enum>(value: E, fieldNumber: Int) {
        visitSingularInt64Field(value: Int64(value.rawValue), fieldNumber: fieldNumber)
    }

    mutating func visitSingularMessageField<M: Message>(value: M, fieldNumber: Int) throws {
        try delimited(fieldNumber) { try value.traverse(visitor: &$0) }
    }

    mutating func visitPackedUInt32Field(value: [UInt32], fieldNumber: Int) {
        delimited(fieldNumber) { for item in value { $0.varint(UInt64(item)) } }
    }

    mutating func visitPackedEnumField<E: SwiftProtobuf.Enum>(value: [E], fieldNumber: Int) {
        delimited(fieldNumber) { visitor in
            for item in value { visitor.varint(UInt64(bitPattern: Int64(item.rawValue))) }
        }
    }

    mutating func visitMapField<KeyType, ValueType: MapValueType>(
        fieldType: _ProtobufMap<KeyType, ValueType>.Type,
        value: _ProtobufMap<KeyType, ValueType>.BaseType, fieldNumber: Int
    ) throws {
        for (key, item) in value.sorted(by: { KeyType._lessThan(lhs: $0.key, rhs: $1.key) }) {
            try delimited(fieldNumber) {
                try KeyType.visitSingular(value: key, fieldNumber: 1, with: &$0)
                try ValueType.visitSingular(value: item, fieldNumber: 2, with: &$0)
            }
        }
    }

    mutating func visitMapField<KeyType, ValueType>(
        fieldType: _ProtobufEnumMap<KeyType, ValueType>.Type,
        value: _ProtobufEnumMap<KeyType, ValueType>.BaseType, fieldNumber: Int
    ) throws where ValueType.RawValue == Int {
        for (key, item) in value.sorted(by: { KeyType._lessThan(lhs: $0.key, rhs: $1.key) }) {
            try delimited(fieldNumber) {
                try KeyType.visitSingular(value: key, fieldNumber: 1, with: &$0)
                $0.visitSingularEnumField(value: item, fieldNumber: 2)
            }
        }
    }

    mutating func visitMapField<KeyType, ValueType>(
        fieldType: _ProtobufMessageMap<KeyType, ValueType>.Type,
        value: _ProtobufMessageMap<KeyType, ValueType>.BaseType, fieldNumber: Int
    ) throws {
        let entries = value.count < 2
            ? Array(value) : value.sorted { KeyType._lessThan(lhs: $0.key, rhs: $1.key) }
        for (key, item) in entries {
            try delimited(fieldNumber) {
                try KeyType.visitSingular(value: key, fieldNumber: 1, with: &$0)
                try $0.visitSingularMessageField(value: item, fieldNumber: 2)
            }
        }
    }

    mutating func visitUnknown(bytes: Data) {
        bytes.withUnsafeBytes { buffer.append(contentsOf: $0) }
    }

    // MARK: - Never in configuration

    mutating func visitSingularFloatField(value: Float, fieldNumber: Int) throws { throw Unsupported() }
    mutating func visitSingularSInt32Field(value: Int32, fieldNumber: Int) throws { throw Unsupported() }
    mutating func visitSingularSInt64Field(value: Int64, fieldNumber: Int) throws { throw Unsupported() }
    mutating func visitSingularFixed32Field(value: UInt32, fieldNumber: Int) throws { throw Unsupported() }
    mutating func visitSingularFixed64Field(value: UInt64, fieldNumber: Int) throws { throw Unsupported() }
    mutating func visitSingularSFixed32Field(value: Int32, fieldNumber: Int) throws { throw Unsupported() }
    mutating func visitSingularSFixed64Field(value: Int64, fieldNumber: Int) throws { throw Unsupported() }
    mutating func visitSingularGroupField<G: Message>(value: G, fieldNumber: Int) throws { throw Unsupported() }
    mutating func visitPackedFloatField(value: [Float], fieldNumber: Int) throws { throw Unsupported() }
    mutating func visitPackedDoubleField(value: [Double], fieldNumber: Int) throws { throw Unsupported() }
    mutating func visitPackedInt32Field(value: [Int32], fieldNumber: Int) throws { throw Unsupported() }
    mutating func visitPackedInt64Field(value: [Int64], fieldNumber: Int) throws { throw Unsupported() }
    mutating func visitPackedUInt64Field(value: [UInt64], fieldNumber: Int) throws { throw Unsupported() }
    mutating func visitPackedBoolField(value: [Bool], fieldNumber: Int) throws { throw Unsupported() }
    mutating func visitExtensionFields(fields: ExtensionFieldValueSet, start: Int, end: Int) throws {
        throw Unsupported()
    }
    mutating func visitExtensionFieldsAsMessageSet(fields: ExtensionFieldValueSet, start: Int, end: Int) throws {
        throw Unsupported()
    }
}
