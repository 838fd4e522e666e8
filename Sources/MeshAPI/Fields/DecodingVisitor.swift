/// Fills the fields of a message from an object, and finds what doesn't belong there.
struct DecodingVisitor: FieldVisitor {
    private let source: [LocatedField]
    private let line: Int32
    private let context: DecodingContext
    private let hasSnakeCase: Bool
    private var seen: UInt64 = 0
    private var seenBeyond: Set<Int> = []
    private var keepsUnknown = false

    init(_ source: [LocatedField], line: Int32, context: DecodingContext) {
        self.source = source
        self.line = line
        self.context = context
        hasSnakeCase = source.contains { $0.name.utf8.contains(UInt8(ascii: "_")) }
    }

    mutating func field<Value: ConfigFieldValue>(_ name: String, _ value: inout Value, _ rules: FieldRules) {
        guard let index = take(name), !source[index].value.isNull else {
            if rules.isRequired { context.reportMissing(name, line: line) }
            return
        }
        context.path.push(.field(name))
        defer { context.path.pop() }
        guard let decoded = Value.decode(source[index].value, context) else { return }
        value = decoded
        if let items = rules.items, items.lowerBound > 0, decoded.isAbsent {
            context.report(.limitExceeded, "should have at least \(items.lowerBound) items", line: source[index].line)
        }
    }

    mutating func oneOf(_ names: [String]) {
        let written = names.filter { name in source.contains { $0.name.camelCased == name && !$0.value.isNull } }
        guard written.count > 1 else { return }
        context.report(
            .severalOfOne, "only one of \(names.joined(separator: ", ")) may be set, found \(written.joined(separator: " and "))", line: line)
    }

    mutating func unknownFields(_ value: inout OrderedFields) {
        keepsUnknown = true
        var rest: [OrderedFields.Element] = []
        for (index, field) in source.enumerated() where !isSeen(index) { rest.append((field.name, field.value.value)) }
        value = OrderedFields(unique: rest)
    }

    /// Reports the fields that nobody asked for.
    func finish<Message: ConfigFields>(_ type: Message.Type) {
        guard !keepsUnknown, source.indices.contains(where: { !isSeen($0) }) else { return }
        var names = NamesVisitor()
        var blank = Message()
        blank.fields(&names)
        for (index, field) in source.enumerated() where !isSeen(index) {
            context.reportUnknown(field, known: names.names)
        }
    }

    private mutating func take(_ name: String) -> Int? {
        var found: Int?
        for index in source.indices where source[index].name == name {
            found = index
            break
        }
        if hasSnakeCase {
            for index in source.indices where index != found && source[index].name.camelCased == name {
                if found == nil {
                    found = index
                } else {
                    mark(index)
                    context.report(.duplicateField, "field \"\(name)\" is written twice, once as \"\(source[index].name)\"", line: source[index].line)
                }
            }
        }
        if let found { mark(found) }
        return found
    }

    private mutating func mark(_ index: Int) {
        if index < 64 { seen |= 1 << UInt64(index) } else { seenBeyond.insert(index) }
    }

    private func isSeen(_ index: Int) -> Bool {
        index < 64 ? seen & (1 << UInt64(index)) != 0 : seenBeyond.contains(index)
    }
}

private struct NamesVisitor: FieldVisitor {
    var names: [String] = []

    mutating func field<Value: ConfigFieldValue>(_ name: String, _ value: inout Value, _ rules: FieldRules) { names.append(name) }
}
