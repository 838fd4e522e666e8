/// Collects the fields that are set, and the required ones.
struct EncodingVisitor: FieldVisitor {
    private(set) var fields: [OrderedFields.Element] = []

    mutating func field<Value: ConfigFieldValue>(_ name: String, _ value: inout Value, _ rules: FieldRules) {
        if !value.isAbsent {
            fields.append((name, value.encode()))
        } else if rules.isRequired, case let zero = value.encode(), zero != .null {
            fields.append((name, zero))
        }
    }

    mutating func unknownFields(_ value: inout OrderedFields) { fields += Array(value) }
}
