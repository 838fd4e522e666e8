/// Reads objects from the text of files.
public enum ObjectReader {
    /// Reads all objects of a YAML or JSON text: several documents, and lists of objects.
    ///
    /// A broken document never hides the others, and nothing is skipped in silence: whatever isn't read is a violation.
    ///
    /// - Parameters:
    ///   - yaml: The text.
    ///   - file: The name to put into locations.
    ///   - defaultNamespace: The namespace of objects that name none.
    /// - Returns: The objects in the order of the text, those with violations among them as far as they could be
    ///   read, and the violations.
    public static func read(yaml: String, file: String, defaultNamespace: String = "default") -> (
        objects: [MeshObject], violations: [Violation]
    ) {
        var reading = Reading(file: file, defaultNamespace: defaultNamespace)
        var text = yaml
        text.withUTF8 { bytes in
            // A byte order mark is no part of the text.
            let bytes = bytes.starts(with: [0xef, 0xbb, 0xbf]) ? UnsafeBufferPointer(rebasing: bytes.dropFirst(3)) : bytes
            for chunk in DocumentSplitter.split(bytes) {
                reading.read(UnsafeBufferPointer(rebasing: bytes[chunk.range]), firstLine: chunk.firstLine)
            }
        }
        return (reading.objects, reading.violations)
    }

    /// Reads one object that isn't in a file, such as the body of a request.
    public static func read(_ value: ConfigValue, defaultNamespace: String = "default") -> (object: MeshObject?, violations: [Violation]) {
        var reading = Reading(file: "", defaultNamespace: defaultNamespace)
        reading.readObject(LocatedValue(value))
        return (reading.objects.first, reading.violations)
    }
}

extension ConfigValue {
    /// Reads the first document of a YAML or JSON text; an empty text is `null`.
    ///
    /// - Returns: The value, and what is wrong with the text.
    public static func read(yaml: String, file: String) -> (value: ConfigValue, violations: [Violation]) {
        let (documents, violations) = LocatedValue.read(yaml: yaml, file: file)
        return (documents.first?.value ?? .null, violations)
    }
}

extension LocatedValue {
    /// Reads the documents of a YAML or JSON text.
    static func read(yaml: String, file: String) -> (documents: [LocatedValue], violations: [Violation]) {
        var text = yaml
        return text.withUTF8 { bytes in
            var documents: [LocatedValue] = []
            var violations: [Violation] = []
            for chunk in DocumentSplitter.split(bytes) {
                let result = read(UnsafeBufferPointer(rebasing: bytes[chunk.range]), firstLine: chunk.firstLine)
                documents += result.documents
                violations += result.problems.map { Violation($0, file: file) }
            }
            return (documents, violations)
        }
    }

    /// Reads one chunk: as JSON when it looks like JSON, else, and when that fails, as YAML.
    static func read(_ text: UnsafeBufferPointer<UInt8>, firstLine: Int32) -> (documents: [LocatedValue], problems: [TextProblem]) {
        var body = text
        var line = firstLine
        if body.starts(with: "---".utf8), let end = body.firstIndex(of: UInt8(ascii: "\n")) {
            body = UnsafeBufferPointer(rebasing: body[(end + 1)...])
            line += 1
        }
        let first = body.first { ![UInt8(ascii: " "), UInt8(ascii: "\n"), UInt8(ascii: "\r"), UInt8(ascii: "\t")].contains($0) }
        if first == UInt8(ascii: "{") {
            var parser = JSONParser(body, firstLine: line)
            if let values = try? parser.readAll() { return (values, parser.problems) }
        }
        return YAMLParser.parse(text, firstLine: firstLine)
    }
}

extension Violation {
    init(_ problem: TextProblem, file: String, object: ObjectReference? = nil) {
        self.init(
            severity: .error, code: problem.code, message: problem.message, object: object,
            location: SourceLocation(file: file, line: Int(problem.line)))
    }
}

private struct Reading {
    let file: String
    let defaultNamespace: String
    var objects: [MeshObject] = []
    var violations: [Violation] = []

    init(file: String, defaultNamespace: String) {
        self.file = file
        self.defaultNamespace = defaultNamespace
    }

    mutating func read(_ text: UnsafeBufferPointer<UInt8>, firstLine: Int32) {
        let (documents, problems) = LocatedValue.read(text, firstLine: firstLine)
        let before = objects.count
        for document in documents where !document.isNull { readItem(document) }
        // The problem is the object's when the text held just one.
        let reference = objects.count == before + 1 ? objects.last?.reference : nil
        violations += problems.map { Violation($0, file: file, object: reference) }
    }

    private mutating func readItem(_ document: LocatedValue) {
        if let kind = document["kind"]?.string, kind.hasSuffix("List"), case .array(let items)? = document["items"]?.content {
            for item in items { readItem(item) }
        } else {
            readObject(document)
        }
    }

    mutating func readObject(_ root: LocatedValue) {
        guard let fields = root.fields else {
            fail(.notAnObject, "a Kubernetes object is expected here, found \(root.typeName); begin with apiVersion and kind", root)
            return
        }
        guard let apiVersion = root["apiVersion"]?.string, !apiVersion.isEmpty else {
            fail(.notAnObject, "apiVersion is missing; write for example apiVersion: networking.istio.io/v1", root, path: "apiVersion")
            return
        }
        guard let kind = root["kind"]?.string, !kind.isEmpty else {
            fail(.notAnObject, "kind is missing; write for example kind: ServiceEntry", root, path: "kind")
            return
        }
        let parts = apiVersion.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        let (group, version) = parts.count == 2 ? (parts[0], parts[1]) : ("", apiVersion)
        let known = ObjectKind.find(group: group, kind: kind)
        let context = DecodingContext()
        let metadata = readMetadata(root, kind: kind, known: known, context)
        let reference = ObjectReference(kind: kind, namespace: metadata.namespace, name: metadata.name)
        let source = SourceMap(file: file, root: root)
        let spec = readSpec(root, fields, known: known, context)
        violations += context.violations(of: reference, file: file)
        if let known, !known.versions.contains(version) {
            let choices = known.versions.map { group.isEmpty ? $0 : "\(group)/\($0)" }.joined(separator: ", ")
            add(.error, .unknownVersion, "no version \(version) of kind \(kind); write apiVersion \(choices)", "apiVersion", reference, source)
        } else if known == nil {
            let advice = suggestion(group: group, kind: kind)
            add(.warning, .unknownKind, "the kind \(kind) of \(apiVersion) is not known to Petrel; the object has no effect\(advice)", "kind", reference, source)
        }
        let status = root["status"].flatMap { $0.isNull || known?.body == .root ? nil : $0.value }
        objects.append(
            MeshObject(apiVersion: apiVersion, kind: kind, metadata: metadata, spec: spec, status: status, source: source))
    }

    private func readMetadata(_ root: LocatedValue, kind: String, known: ObjectKind?, _ context: DecodingContext) -> ObjectMeta {
        context.path.push(.field("metadata"))
        defer { context.path.pop() }
        var metadata = ObjectMeta()
        if let value = root["metadata"], !value.isNull {
            metadata = ObjectMeta.decode(value, context) ?? ObjectMeta()
        }
        if metadata.name.isEmpty, metadata.generateName.isEmpty, root["metadata"]?["name"]?.isNull ?? true {
            let line = root.fields?.first { $0.name == "metadata" }?.line ?? root.line
            context.path.push(.field("name"))
            context.report(.notAnObject, "the object has no name; write metadata.name", line: line)
            context.path.pop()
        }
        if metadata.namespace.isEmpty, known?.isNamespaced ?? true { metadata.namespace = defaultNamespace }
        return metadata
    }

    private func readSpec(_ root: LocatedValue, _ fields: [LocatedField], known: ObjectKind?, _ context: DecodingContext) -> ObjectSpec {
        let envelope = ["apiVersion", "kind", "metadata"]
        guard let known else {
            return .unknown(.object(OrderedFields(unique: fields.filter { !(envelope + ["status"]).contains($0.name) }.map { ($0.name, $0.value.value) })))
        }
        if known.body == .root {
            let content = fields.filter { !envelope.contains($0.name) }
            return known.decode(LocatedValue(.object(content), line: root.line), context) ?? .unknown(.null)
        }
        for field in fields where known.isStrict && !(envelope + ["spec", "status"]).contains(field.name) {
            context.reportUnknown(field, known: envelope + ["spec", "status"])
        }
        context.path.push(.field("spec"))
        defer { context.path.pop() }
        let spec = root["spec"] ?? LocatedValue(.object([]), line: root.line)
        let content = spec.isNull ? LocatedValue(.object([]), line: spec.line) : spec
        return known.decode(content, context) ?? known.decode(LocatedValue(.object([]), line: spec.line), DecodingContext()) ?? .unknown(.null)
    }

    private func suggestion(group: String, kind: String) -> String {
        if let same = ObjectKind.all.first(where: { $0.kind == kind }) {
            return "; did you mean apiVersion \(same.preferredAPIVersion)?"
        }
        guard let close = ObjectKind.all.filter({ $0.group == group }).map(\.kind).closest(to: kind) else { return "" }
        return "; did you mean \(close)?"
    }

    private mutating func fail(_ code: ViolationCode, _ message: String, _ value: LocatedValue, path: String = "") {
        let location = value.line > 0 ? SourceLocation(file: file, line: Int(value.line)) : nil
        violations.append(Violation(severity: .error, code: code, message: message, path: path, location: location))
    }

    private mutating func add(
        _ severity: Violation.Severity, _ code: ViolationCode, _ message: String, _ path: String, _ reference: ObjectReference, _ source: SourceMap
    ) {
        violations.append(
            Violation(severity: severity, code: code, message: message, path: path, object: reference, location: source.location(of: path)))
    }
}
