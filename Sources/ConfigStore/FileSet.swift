public import MeshAPI

/// The objects that come from files, file by file, with the last good content of
/// each kept in force.
///
/// A file is taken whole or not at all: when its new content has an error, the
/// objects of its last good content stay, and the violations say why.
public struct FileSet: Sendable {
    /// One file as it was read.
    public struct Content: Sendable, Equatable {
        public var path: String
        /// nil when the file could not be read.
        public var text: String?
        /// Why it could not be read.
        public var problem: String?

        public init(path: String, text: String?, problem: String? = nil) {
            self.path = path
            self.text = text
            self.problem = problem
        }

        /// Whether it holds expectations instead of objects: `cases` at the top
        /// level, and no `apiVersion`.
        public var isTestSuite: Bool {
            guard let lines = text?.split(separator: "\n") else { return false }
            return lines.contains { $0.hasPrefix("cases:") } && !lines.contains { $0.hasPrefix("apiVersion:") }
        }
    }

    /// What a reload brought.
    public struct Reload: Sendable {
        /// Every object in force now, in the order of the files.
        public var objects: [MeshObject]
        /// Errors and warnings of the files that were read anew.
        public var violations: [Violation]
        /// Files whose new content was refused.
        public var refused: [String]
        /// Objects that are new, or say something else than before.
        public var put: [MeshObject]
        /// Objects that are gone.
        public var removed: [ObjectReference]
        /// Whether the objects in force differ from those before.
        public var changed: Bool { !put.isEmpty || !removed.isEmpty }
    }

    private struct Entry {
        var text: String
        var objects: [MeshObject]
    }

    private var entries: [String: Entry] = [:]
    private let defaultNamespace: String

    /// - Parameter defaultNamespace: The namespace of objects that name none.
    public init(defaultNamespace: String = "default") {
        self.defaultNamespace = defaultNamespace
    }

    /// Takes the files as they are now; files that are not listed are gone.
    public mutating func reload(_ files: [Content]) -> Reload {
        var violations: [Violation] = []
        var refused: [String] = []
        var next: [String: Entry] = [:]
        var owners: [ObjectReference: SourceLocation?] = [:]
        var objects: [MeshObject] = []
        // Expectations of `petrel test` lie beside what they are about.
        for file in files.filter({ !$0.isTestSuite }).sorted(by: { $0.path < $1.path }) {
            let previous = entries[file.path]
            var candidate = previous
            if file.text != previous?.text || previous == nil {
                let read = Self.read(file, namespace: defaultNamespace)
                violations += read.violations
                if read.violations.contains(where: { $0.severity == .error }) {
                    refused.append(file.path)
                } else if let text = file.text {
                    candidate = Entry(text: text, objects: read.objects)
                }
            }
            guard var entry = candidate else { continue }
            let clashes = Self.clashes(in: entry.objects, with: owners)
            if !clashes.isEmpty {
                violations += clashes
                if !refused.contains(file.path) { refused.append(file.path) }
                entry.objects.removeAll { owners[$0.reference] != nil }
            }
            for object in entry.objects { owners[object.reference] = .some(object.location(of: "")) }
            objects += entry.objects
            next[file.path] = entry
        }
        let (put, removed) = Self.difference(from: entries, to: next)
        entries = next
        return Reload(objects: objects, violations: violations, refused: refused, put: put, removed: removed)
    }

    /// What became of the objects. Files with the same text are not looked into.
    private static func difference(
        from old: [String: Entry], to new: [String: Entry]
    ) -> (put: [MeshObject], removed: [ObjectReference]) {
        var before: [ObjectReference: MeshObject] = [:]
        var after: [MeshObject] = []
        for path in Set(old.keys).union(new.keys).sorted() {
            let (former, current) = (old[path], new[path])
            if let former, let current, former.text == current.text, former.objects.count == current.objects.count { continue }
            for object in former?.objects ?? [] { before[object.reference] = object }
            after += current?.objects ?? []
        }
        let put = after.filter { object in
            // Of an object that only moved to another file nothing is gone.
            guard let known = before.removeValue(forKey: object.reference) else { return true }
            return known != object
        }
        return (put, before.keys.sorted())
    }

    private static func read(_ file: Content, namespace: String) -> (objects: [MeshObject], violations: [Violation]) {
        guard let text = file.text else {
            let problem = file.problem ?? "the file can't be read"
            return ([], [
                Violation(
                    severity: .error, code: .unreadableFile, message: "\(file.path): \(problem)", path: "",
                    object: nil, location: SourceLocation(file: file.path, line: 1))
            ])
        }
        var (objects, violations) = ObjectReader.read(yaml: text, file: file.path, defaultNamespace: namespace)
        for object in objects { violations += Validator.validate(object) }
        var seen: [ObjectReference: SourceLocation?] = [:]
        for object in objects {
            if let earlier = seen[object.reference] {
                violations.append(duplicate(object, earlier: earlier))
            }
            seen[object.reference] = .some(object.location(of: ""))
        }
        objects.sort { $0.reference < $1.reference }
        return (objects, violations)
    }

    private static func clashes(in objects: [MeshObject], with owners: [ObjectReference: SourceLocation?]) -> [Violation] {
        objects.compactMap { object in
            owners[object.reference].map { duplicate(object, earlier: $0) }
        }
    }

    private static func duplicate(_ object: MeshObject, earlier: SourceLocation?) -> Violation {
        let place = earlier.map { "\($0.file):\($0.line)" } ?? "another file"
        return Violation(
            severity: .error, code: .duplicateObject,
            message: "\(object.reference) is declared already at \(place); give one of them another name or remove it",
            path: "metadata.name", object: object.reference, location: object.location(of: "metadata.name"))
    }
}
