import Yams

/// A value of the table's YAML: what JSON knows, in the order written.
indirect enum Value: Sendable, Equatable {
    case null
    case bool(Bool)
    case int(Int)
    case double(Double)
    case string(String)
    case list([Value])
    case map([Entry])

    struct Entry: Sendable, Equatable {
        var key: String
        var value: Value
    }

    init(yaml text: String) throws {
        self = try Yams.compose(yaml: text).map(Value.init) ?? .null
    }

    init(_ node: Node) {
        switch node {
        case .mapping(let mapping):
            self = .map(mapping.map { Entry(key: $0.key.string ?? "", value: Value($0.value)) })
        case .sequence(let sequence): self = .list(sequence.map { Value($0) })
        case .alias: self = .null
        case .scalar(let scalar):
            guard scalar.style == .plain || scalar.style == .any else {
                self = .string(scalar.string)
                return
            }
            switch scalar.string {
            case "", "~", "null": self = .null
            case "true": self = .bool(true)
            case "false": self = .bool(false)
            default:
                if let int = Int(scalar.string) {
                    self = .int(int)
                } else if let double = Double(scalar.string), scalar.string.first?.isNumber == true {
                    self = .double(double)
                } else {
                    self = .string(scalar.string)
                }
            }
        }
    }

    subscript(key: String) -> Value? {
        guard case .map(let entries) = self else { return nil }
        return entries.first { $0.key == key }?.value
    }

    var entries: [Entry] {
        if case .map(let entries) = self { return entries }
        return []
    }

    var items: [Value] {
        if case .list(let items) = self { return items }
        return []
    }

    /// Text of a scalar.
    var text: String? {
        switch self {
        case .string(let text): text
        case .int(let number): String(number)
        case .double(let number): String(number)
        case .bool(let flag): String(flag)
        case .null, .list, .map: nil
        }
    }

    var int: Int? {
        if case .int(let number) = self { return number }
        return nil
    }

    var bool: Bool? {
        if case .bool(let flag) = self { return flag }
        return nil
    }

    /// A copy with every string changed.
    func mapStrings(_ change: (String) -> String) -> Value {
        switch self {
        case .string(let text): .string(change(text))
        case .list(let items): .list(items.map { $0.mapStrings(change) })
        case .map(let entries): .map(entries.map { Entry(key: $0.key, value: $0.value.mapStrings(change)) })
        case .null, .bool, .int, .double: self
        }
    }

    /// A copy with the entries of another map added, or put in place of those
    /// of the same name.
    func merging(_ other: Value?) -> Value {
        guard let other else { return self }
        var result = entries
        for entry in other.entries {
            if let index = result.firstIndex(where: { $0.key == entry.key }) {
                result[index] = entry
            } else {
                result.append(entry)
            }
        }
        return .map(result)
    }

    var json: String {
        switch self {
        case .null: "null"
        case .bool(let flag): String(flag)
        case .int(let number): String(number)
        case .double(let number): String(number)
        case .string(let text): Self.quoted(text)
        case .list(let items): "[" + items.map(\.json).joined(separator: ",") + "]"
        case .map(let entries):
            "{" + entries.map { Self.quoted($0.key) + ":" + $0.value.json }.joined(separator: ",") + "}"
        }
    }

    private static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case _ where scalar.value < 0x20:
                let hex = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}

extension Value: ExpressibleByDictionaryLiteral, ExpressibleByArrayLiteral, ExpressibleByStringLiteral,
    ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral
{
    init(dictionaryLiteral elements: (String, Value)...) {
        self = .map(elements.map { Entry(key: $0.0, value: $0.1) })
    }
    init(arrayLiteral elements: Value...) { self = .list(elements) }
    init(stringLiteral value: String) { self = .string(value) }
    init(integerLiteral value: Int) { self = .int(value) }
    init(booleanLiteral value: Bool) { self = .bool(value) }
}
