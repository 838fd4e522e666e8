/// What the rules share while they judge one object: where they are and what they found.
public final class ValidationContext {
    var path = FieldPath()
    let object: ObjectReference?
    private let source: SourceMap
    private(set) var violations: [Violation] = []

    init(object: ObjectReference?, source: SourceMap) {
        self.object = object
        self.source = source
    }

    /// The namespace of the object.
    var namespace: String { object?.namespace ?? "" }

    func error(_ code: ViolationCode, _ message: String) { report(.error, code, message) }

    func warn(_ code: ViolationCode, _ message: String) { report(.warning, code, message) }

    private func report(_ severity: Violation.Severity, _ code: ViolationCode, _ message: String) {
        let path = path.text
        violations.append(
            Violation(severity: severity, code: code, message: message, path: path, object: object, location: source.location(of: path)))
    }

    /// Judges something inside a field.
    func inside(_ field: String, _ body: () -> Void) {
        path.push(.field(field))
        body()
        path.pop()
    }

    /// Judges each element of a list.
    func each<Element>(_ field: String, _ elements: [Element], _ body: (Int, Element) -> Void) {
        guard !elements.isEmpty else { return }
        path.push(.field(field))
        for (index, element) in elements.enumerated() {
            path.push(.index(index))
            body(index, element)
            path.pop()
        }
        path.pop()
    }

    /// Judges each entry of a map, in the order of keys.
    func each<Key: ConfigMapKey, Value>(_ field: String, _ entries: [Key: Value], _ body: (Key, Value) -> Void) {
        guard !entries.isEmpty else { return }
        path.push(.field(field))
        for (key, value) in entries.sorted(by: { $0.key < $1.key }) {
            path.push(.key(key.fieldName))
            body(key, value)
            path.pop()
        }
        path.pop()
    }
}
