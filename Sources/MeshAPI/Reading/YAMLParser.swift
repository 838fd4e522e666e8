internal import CYaml

/// Reads one YAML document with libyaml's events, straight into located values.
///
/// The parser works on a buffer that outlives it, which is why it is only ever made inside
/// ``parse(_:firstLine:limits:)``.
struct YAMLParser: ~Copyable {
    // libyaml keeps pointers into its parser, so that it needs a place in memory that never moves.
    private let parser: UnsafeMutablePointer<yaml_parser_t>
    private var event = yaml_event_t()
    private let firstLine: Int32
    private let limits: ReadingLimits
    private var anchors: [String: (value: LocatedValue, count: Int)] = [:]
    private var aliased = 0
    private(set) var problems: [TextProblem] = []

    /// Reads the documents of a chunk of text.
    ///
    /// - Returns: The documents that could be read (normally one) and what is wrong with the text.
    static func parse(
        _ text: UnsafeBufferPointer<UInt8>, firstLine: Int32, limits: ReadingLimits = ReadingLimits()
    ) -> (documents: [LocatedValue], problems: [TextProblem]) {
        guard text.count <= limits.documentBytes else {
            let problem = TextProblem(
                code: .documentTooLarge,
                message: "the document has \(text.count) bytes, more than the \(limits.documentBytes) that one object may have",
                line: firstLine)
            return ([], [problem])
        }
        var parser = YAMLParser(text, firstLine: firstLine, limits: limits)
        var documents: [LocatedValue] = []
        do {
            while let document = try parser.nextDocument() { documents.append(document) }
        } catch {
            parser.problems.append(error)
        }
        return (documents, parser.problems)
    }

    private init(_ text: UnsafeBufferPointer<UInt8>, firstLine: Int32, limits: ReadingLimits) {
        self.firstLine = firstLine
        self.limits = limits
        parser = .allocate(capacity: 1)
        parser.initialize(to: yaml_parser_t())
        yaml_parser_initialize(parser)
        yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
        yaml_parser_set_input_string(parser, text.baseAddress, text.count)
    }

    deinit {
        var event = event
        yaml_event_delete(&event)
        yaml_parser_delete(parser)
        parser.deallocate()
    }

    private var line: Int32 { firstLine + Int32(truncatingIfNeeded: event.start_mark.line) }

    /// Moves to the next event; the strings of the one before are gone after this.
    private mutating func advance() throws(TextProblem) {
        yaml_event_delete(&event)
        guard yaml_parser_parse(parser, &event) == 1 else { throw failure() }
    }

    private mutating func nextDocument() throws(TextProblem) -> LocatedValue? {
        while true {
            try advance()
            switch event.type {
            case YAML_STREAM_END_EVENT, YAML_NO_EVENT: return nil
            case YAML_DOCUMENT_START_EVENT:
                anchors = [:]
                aliased = 0
                try advance()
                var count = 0
                let value = try readValue(depth: 0, count: &count)
                try advance()
                return value
            default: continue
            }
        }
    }

    /// Reads the value that starts at the current event and leaves its last event current.
    private mutating func readValue(depth: Int, count: inout Int) throws(TextProblem) -> LocatedValue {
        guard depth < limits.depth else {
            throw TextProblem(code: .nestedTooDeep, message: "lists and objects are nested more than \(limits.depth) deep", line: line)
        }
        count += 1
        let line = line
        switch event.type {
        case YAML_SCALAR_EVENT:
            let anchor = anchorName(event.data.scalar.anchor)
            let value = LocatedValue(readScalar(), line: line)
            if let anchor { anchors[anchor] = (value, 1) }
            return value
        case YAML_ALIAS_EVENT: return try readAlias(count: &count)
        case YAML_SEQUENCE_START_EVENT:
            let anchor = anchorName(event.data.sequence_start.anchor)
            let before = count
            var values: [LocatedValue] = []
            try advance()
            while event.type != YAML_SEQUENCE_END_EVENT {
                values.append(try readValue(depth: depth + 1, count: &count))
                try advance()
            }
            let value = LocatedValue(.array(values), line: line)
            if let anchor { anchors[anchor] = (value, count - before + 1) }
            return value
        case YAML_MAPPING_START_EVENT:
            let anchor = anchorName(event.data.mapping_start.anchor)
            let before = count
            let value = LocatedValue(.object(try readMapping(depth: depth, count: &count)), line: line)
            if let anchor { anchors[anchor] = (value, count - before + 1) }
            return value
        default:
            throw TextProblem(code: .malformedText, message: "the text is not valid YAML here", line: line)
        }
    }

    private mutating func readMapping(depth: Int, count: inout Int) throws(TextProblem) -> [LocatedField] {
        var fields: [LocatedField] = []
        var merged: [LocatedField] = []
        try advance()
        while event.type != YAML_MAPPING_END_EVENT {
            let keyLine = line
            let plain = event.type == YAML_SCALAR_EVENT && event.data.scalar.style == YAML_PLAIN_SCALAR_STYLE
            let key = try readValue(depth: depth + 1, count: &count)
            guard let name = Self.fieldName(key) else {
                throw TextProblem(code: .malformedText, message: "a field name must be a string, not an \(key.typeName)", line: keyLine)
            }
            try advance()
            let value = try readValue(depth: depth + 1, count: &count)
            try advance()
            if plain, name == "<<" {
                merged += try mergedFields(value, line: keyLine)
            } else if let index = fields.firstIndex(where: { $0.name == name }) {
                problems.append(
                    TextProblem(
                        code: .duplicateField, message: "key \"\(name)\" already set in map, on line \(fields[index].line)", line: keyLine))
                fields[index].value = value
            } else {
                fields.append(LocatedField(name: name, line: keyLine, value: value))
            }
        }
        for field in merged where !fields.contains(where: { $0.name == field.name }) { fields.append(field) }
        return fields
    }

    /// Kubernetes turns scalar keys into strings.
    private static func fieldName(_ key: LocatedValue) -> String? {
        switch key.content {
        case .string(let name): name
        case .int(let value): String(value)
        case .bool(let value): value ? "true" : "false"
        case .double(let value): value.jsonText
        case .null, .array, .object: nil
        }
    }

    private func mergedFields(_ value: LocatedValue, line: Int32) throws(TextProblem) -> [LocatedField] {
        switch value.content {
        case .object(let fields): return fields
        case .array(let values):
            var result: [LocatedField] = []
            for value in values {
                for field in try mergedFields(value, line: line) where !result.contains(where: { $0.name == field.name }) {
                    result.append(field)
                }
            }
            return result
        default: throw TextProblem(code: .malformedText, message: "map merge requires map or sequence of maps as the value", line: line)
        }
    }

    private mutating func readAlias(count: inout Int) throws(TextProblem) -> LocatedValue {
        let name = anchorName(event.data.alias.anchor) ?? ""
        guard let anchor = anchors[name] else {
            throw TextProblem(code: .malformedText, message: "unknown anchor '\(name)' referenced", line: line)
        }
        aliased += anchor.count
        count += anchor.count
        guard aliased <= limits.aliasedValues else {
            throw TextProblem(
                code: .documentTooLarge,
                message: "the document contains excessive aliasing: its aliases stand for more than \(limits.aliasedValues) values",
                line: line)
        }
        return anchor.value
    }

    private func readScalar() -> LocatedValue.Content {
        let scalar = event.data.scalar
        let text = UnsafeBufferPointer(start: scalar.value, count: scalar.length)
        if let tag = scalar.tag {
            return Self.tagged(String(cString: tag), text)
        }
        return scalar.style == YAML_PLAIN_SCALAR_STYLE ? YAMLScalar.resolve(text) : .string(String(decoding: text, as: UTF8.self))
    }

    private static func tagged(_ tag: String, _ text: UnsafeBufferPointer<UInt8>) -> LocatedValue.Content {
        switch tag {
        case "tag:yaml.org,2002:int", "tag:yaml.org,2002:bool", "tag:yaml.org,2002:float", "tag:yaml.org,2002:null":
            YAMLScalar.resolve(text)
        default: .string(String(decoding: text, as: UTF8.self))
        }
    }

    private func anchorName(_ name: UnsafeMutablePointer<UInt8>?) -> String? { name.map { String(cString: $0) } }

    private func failure() -> TextProblem {
        let problem = parser.pointee.problem.map { String(cString: $0) } ?? "the text can't be read"
        let context = parser.pointee.context.map { String(cString: $0) }
        var mark = parser.pointee.problem_mark.line
        if parser.pointee.error == YAML_READER_ERROR { mark = parser.pointee.mark.line }
        // Where a text begins that never ends says more than the end of the file.
        if context == "while scanning a quoted scalar" { mark = parser.pointee.context_mark.line }
        var message = context.map { "\(problem), \($0)" } ?? problem
        if problem == "found character that cannot start any token" {
            message += " (YAML is indented with spaces, not tabs; text that starts with @, ` or % needs quotes)"
        } else if problem == "mapping values are not allowed in this context" {
            message += " (quote a text that contains \": \", and indent the fields of one object alike)"
        } else if problem.hasPrefix("did not find expected") {
            message += " (check the indentation of this line and the lines above it)"
        }
        return TextProblem(code: .malformedText, message: message, line: firstLine + Int32(truncatingIfNeeded: mark))
    }
}
