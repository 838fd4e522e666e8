internal import Foundation
internal import SwiftProtobuf

/// Writes fields as they are visited. Kinds of fields that configuration
/// never has are refused.
struct OnePassVisitor: Visitor {
    struct Unsupported: Error {}

    private enum WireType: UInt64 {
        case varint = 0
        case fixed64 = 1
        case delimited = 2
    }

    var buffer: [UInt8] = []

    init() { buffer.reserveCapacity(512) }

    @inline(__always)
    private mutating func varint(_ value: UInt64) {
        if value < 0x80 {
            buffer.append(UInt8(truncatingIfNeeded: value))
            return
        }
        var rest = value
        while rest >= 0x80 {
            buffer.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        buffer.append(UInt8(truncatingIfNeeded: rest))
    }

    @inline(__always)
    private mutating func tag(_ number: Int, _ type: WireType) {
        varint(UInt64(number) << 3 | type.rawValue)
    }

    /// Writes a field whose length is known when it is written.
    @inline(__always)
    private mutating func delimited(_ number: Int, _ body: (inout OnePassVisitor) throws -> Void) rethrows {
        tag(number, .delimited)
        let start = buffer.count
        // Most messages are short; longer lengths are put in afterwards.
        buffer.append(0)
        try body(&self)
        let length = buffer.count - start - 1
        if length < 0x80 { buffer[start] = UInt8(length) } else { lengthen(start, length) }
    }

    private mutating func lengthen(_ start: Int, _ length: Int) {
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
        try delimited(fieldNumber) { try $0.content(of: value) }
    }

    mutating func visitRepeatedMessageField<M: Message>(value: [M], fieldNumber: Int) throws {
        for message in value { try delimited(fieldNumber) { try $0.content(of: message) } }
    }

    mutating func visitRepeatedStringField(value: [String], fieldNumber: Int) {
        for text in value { visitSingularStringField(value: text, fieldNumber: fieldNumber) }
    }

    mutating func visitSingularInt32Field(value: Int32, fieldNumber: Int) {
        visitSingularInt64Field(value: Int64(value), fieldNumber: fieldNumber)
    }

    mutating func visitSingularUInt32Field(value: UInt32, fieldNumber: Int) {
        visitSingularUInt64Field(value: UInt64(value), fieldNumber: fieldNumber)
    }

    /// The well-known types are another module's, whose code can't be made for
    /// this visitor; they are too frequent to leave it at that.
    @inline(__always)
    private mutating func content<M: Message>(of message: M) throws {
        switch message {
        case let any as Google_Protobuf_Any where M.self == Google_Protobuf_Any.self: content(of: any)
        case let fields as Google_Protobuf_Struct where M.self == Google_Protobuf_Struct.self: content(of: fields)
        case let value as Google_Protobuf_Value where M.self == Google_Protobuf_Value.self: content(of: value)
        case let value as Google_Protobuf_UInt32Value where M.self == Google_Protobuf_UInt32Value.self:
            if value.value != 0 { visitSingularUInt32Field(value: value.value, fieldNumber: 1) }
            visitUnknown(bytes: value.unknownFields.data)
        case let value as Google_Protobuf_BoolValue where M.self == Google_Protobuf_BoolValue.self:
            if value.value { visitSingularBoolField(value: true, fieldNumber: 1) }
            visitUnknown(bytes: value.unknownFields.data)
        case let duration as Google_Protobuf_Duration where M.self == Google_Protobuf_Duration.self:
            if duration.seconds != 0 { visitSingularInt64Field(value: duration.seconds, fieldNumber: 1) }
            if duration.nanos != 0 { visitSingularInt32Field(value: duration.nanos, fieldNumber: 2) }
            visitUnknown(bytes: duration.unknownFields.data)
        default: try message.traverse(visitor: &self)
        }
    }

    private mutating func content(of any: Google_Protobuf_Any) {
        if !any.typeURL.isEmpty { visitSingularStringField(value: any.typeURL, fieldNumber: 1) }
        let value = any.value
        if !value.isEmpty { visitSingularBytesField(value: value, fieldNumber: 2) }
        visitUnknown(bytes: any.unknownFields.data)
    }

    private mutating func content(of fields: Google_Protobuf_Struct) {
        func write(_ name: String, _ value: Google_Protobuf_Value, _ visitor: inout OnePassVisitor) {
            visitor.delimited(1) { entry in
                entry.visitSingularStringField(value: name, fieldNumber: 1)
                entry.delimited(2) { $0.content(of: value) }
            }
        }
        if fields.fields.count < 2 {
            for (name, value) in fields.fields { write(name, value, &self) }
        } else {
            for name in fields.fields.keys.sorted() {
                if let value = fields.fields[name] { write(name, value, &self) }
            }
        }
        visitUnknown(bytes: fields.unknownFields.data)
    }

    private mutating func content(of value: Google_Protobuf_Value) {
        switch value.kind {
        case .nullValue(let null): visitSingularInt64Field(value: Int64(null.rawValue), fieldNumber: 1)
        case .numberValue(let number): visitSingularDoubleField(value: number, fieldNumber: 2)
        case .stringValue(let text): visitSingularStringField(value: text, fieldNumber: 3)
        case .boolValue(let flag): visitSingularBoolField(value: flag, fieldNumber: 4)
        case .structValue(let fields): delimited(5) { $0.content(of: fields) }
        case .listValue(let list):
            delimited(6) { visitor in
                for item in list.values { visitor.delimited(1) { $0.content(of: item) } }
                visitor.visitUnknown(bytes: list.unknownFields.data)
            }
        case nil: break
        }
        visitUnknown(bytes: value.unknownFields.data)
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
        if let named = value as? [String: ValueType] {
            if named.count < 2 {
                for (name, item) in named { try entry(name, item, fieldNumber) }
            } else {
                for name in named.keys.sorted() {
                    if let item = named[name] { try entry(name, item, fieldNumber) }
                }
            }
            return
        }
        for (key, item) in value.sorted(by: { KeyType._lessThan(lhs: $0.key, rhs: $1.key) }) {
            try delimited(fieldNumber) {
                try KeyType.visitSingular(value: key, fieldNumber: 1, with: &$0)
                try $0.visitSingularMessageField(value: item, fieldNumber: 2)
            }
        }
    }

    @inline(__always)
    private mutating func entry<M: Message>(_ name: String, _ item: M, _ fieldNumber: Int) throws {
        try delimited(fieldNumber) {
            $0.visitSingularStringField(value: name, fieldNumber: 1)
            try $0.visitSingularMessageField(value: item, fieldNumber: 2)
        }
    }

    mutating func visitUnknown(bytes: Data) {
        if bytes.isEmpty { return }
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
