import Foundation

/// A JSON value that can be compared and shown.
indirect enum JSONTree: Equatable, Sendable {
    case null
    case scalar(String)
    case list([JSONTree])
    case object([String: JSONTree])

    init(text: String) throws {
        self.init(try JSONSerialization.jsonObject(with: Data(text.utf8), options: [.fragmentsAllowed]))
    }

    init(_ value: Any) {
        switch value {
        case let fields as [String: Any]: self = .object(fields.mapValues(JSONTree.init))
        case let items as [Any]: self = .list(items.map(JSONTree.init))
        case let text as String: self = .scalar(Self.quoted(text))
        case is NSNull: self = .null
        case let number as NSNumber: self = .scalar(Self.written(number))
        default: self = .scalar("\(value)")
        }
    }

    private static func quoted(_ text: String) -> String {
        let data = try? JSONEncoder.plain.encode(text)
        return data.map { String(decoding: $0, as: UTF8.self) } ?? "\"\""
    }

    /// Truth values come as numbers too.
    private static func written(_ number: NSNumber) -> String {
        guard number === NSNumber(value: true) || number === NSNumber(value: false) || number.isBoolean else {
            return number.stringValue
        }
        return number.boolValue ? "true" : "false"
    }

    subscript(name: String) -> JSONTree? {
        if case .object(let fields) = self { fields[name] } else { nil }
    }

    var items: [JSONTree] { if case .list(let items) = self { items } else { [] } }

    var text: String? {
        guard case .scalar(let text) = self, text.hasPrefix("\"") else { return nil }
        return String(text.dropFirst().dropLast())
    }

    /// One line, keys sorted.
    var line: String {
        switch self {
        case .null: "null"
        case .scalar(let text): text
        case .list(let items): "[" + items.map(\.line).joined(separator: ",") + "]"
        case .object(let fields):
            "{" + fields.sorted { $0.key < $1.key }.map { "\"\($0.key)\":\($0.value.line)" }.joined(separator: ",") + "}"
        }
    }

    /// Where two values differ, one line each.
    static func differences(expected: JSONTree?, actual: JSONTree?, at path: String = "") -> [String] {
        if expected == actual { return [] }
        switch (expected, actual) {
        case (.object(let left)?, .object(let right)?):
            return Set(left.keys).union(right.keys).sorted().flatMap {
                differences(expected: left[$0], actual: right[$0], at: "\(path).\($0)")
            }
        case (.list(let left)?, .list(let right)?) where left.count == right.count:
            return zip(left, right).enumerated().flatMap {
                differences(expected: $1.0, actual: $1.1, at: "\(path)[\($0)]")
            }
        default:
            let wanted = expected?.line.prefix(600) ?? "nothing"
            let found = actual?.line.prefix(600) ?? "nothing"
            return ["\(path)\n    expected \(wanted)\n    actual   \(found)"]
        }
    }
}

extension JSONTree {
    /// Indented; short values on one line.
    var pretty: String { pretty(indent: "") }

    private func pretty(indent: String) -> String {
        let short = line
        if short.count + indent.count < 110 { return short }
        let deeper = indent + " "
        switch self {
        case .list(let items):
            return "[\n" + items.map { deeper + $0.pretty(indent: deeper) }.joined(separator: ",\n") + "\n\(indent)]"
        case .object(let fields):
            let lines = fields.sorted { $0.key < $1.key }.map {
                "\(deeper)\"\($0.key)\": \($0.value.pretty(indent: deeper))"
            }
            return "{\n" + lines.joined(separator: ",\n") + "\n\(indent)}"
        default: return short
        }
    }
}

extension NSNumber {
    fileprivate var isBoolean: Bool { String(cString: objCType) == "c" }
}

extension JSONEncoder {
    fileprivate static let plain: JSONEncoder = {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.withoutEscapingSlashes]
        return encoder
    }()
}
