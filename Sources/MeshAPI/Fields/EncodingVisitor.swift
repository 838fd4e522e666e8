/// Collects the fields that are set.
struct EncodingVisitor: FieldVisitor {
    private(set) var fields: [OrderedFields.Element] = []

    mutating func field<Value: ConfigFieldValue>(_ name: String, _ value: inout Value, _ rules: FieldRules) {
        if !value.isAbsent { fields.append((name, value.encode())) }
    }

    mutating func unknownFields(_ value: inout OrderedFields) { fields += Array(value) }
}
