/// The way from an object to one of its fields, built while walking.
struct FieldPath: Sendable {
    enum Step: Sendable, Equatable {
        case field(String)
        case key(String)
        case index(Int)
    }

    private(set) var steps: [Step] = []

    init() {}

    mutating func push(_ step: Step) { steps.append(step) }
    mutating func pop() { steps.removeLast() }

    /// The path as text: `spec.hosts[0]`, map keys in brackets.
    var text: String {
        var text = ""
        for step in steps {
            switch step {
            case .field(let name):
                if !text.isEmpty { text += "." }
                text += name
            case .key(let key): text += "[\(key)]"
            case .index(let index): text += "[\(index)]"
            }
        }
        return text
    }

    /// The steps of a path that was written as text.
    static func steps(of path: String) -> [Step] {
        var steps: [Step] = []
        var name = ""
        var bracket = false
        func end() -> Step? { name.isEmpty ? nil : .field(name) }
        for character in path {
            switch (character, bracket) {
            case (".", false), ("[", false):
                if let step = end() { steps.append(step) }
                name = ""
                bracket = character == "["
            case ("]", true):
                steps.append(Int(name).map { .index($0) } ?? .key(name))
                name = ""
                bracket = false
            default: name.append(character)
            }
        }
        if let step = end() { steps.append(step) }
        return steps
    }
}

extension String {
    /// The JSON name of a proto field: `sub_set` becomes `subSet`.
    var camelCased: String {
        guard utf8.contains(UInt8(ascii: "_")) else { return self }
        var result = ""
        var upper = false
        for character in self {
            if character == "_" {
                upper = true
            } else {
                result += upper ? character.uppercased() : String(character)
                upper = false
            }
        }
        return result
    }
}
