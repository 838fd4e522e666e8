extension MeshConfig {
    /// Reads the settings of a mesh from a file of its own, or from Istio's ConfigMap with the key `mesh`.
    ///
    /// What isn't written keeps Istio's default. An empty text is all defaults.
    public static func read(yaml: String, file: String) -> (config: MeshConfig, violations: [Violation]) {
        let (documents, problems) = LocatedValue.read(yaml: yaml, file: file)
        guard let document = documents.first(where: { !$0.isNull }) else { return (MeshConfig(), problems) }
        if document["kind"]?.string == "ConfigMap" {
            guard let mesh = document["data"]?["mesh"], let text = mesh.string else {
                let missing = Violation(
                    severity: .error, code: .missingField, message: "the ConfigMap has no mesh settings; write them under data.mesh",
                    path: "data.mesh", location: SourceLocation(file: file, line: Int(document.line)))
                return (MeshConfig(), problems + [missing])
            }
            var (config, violations) = read(yaml: text, file: file)
            for index in violations.indices { violations[index].location?.line += Int(mesh.line) }
            return (config, problems + violations)
        }
        let context = DecodingContext()
        let config = MeshConfig.decode(document, context) ?? MeshConfig()
        return (config, problems + context.violations(of: nil, file: file) + idle(document, config, file))
    }

    /// A warning for each setting that differs from the default and has no effect.
    private static func idle(_ document: LocatedValue, _ config: MeshConfig, _ file: String) -> [Violation] {
        let (written, defaults) = (config.encode(), MeshConfig().encode())
        return FieldsWithoutEffect.entries("MeshConfig").compactMap { entry in
            let steps = entry.path.split(separator: ".").map(String.init)
            guard let first = steps.first, let field = document[first] else { return nil }
            let own = Self.values(steps[...], written)
            guard !own.isEmpty, own != Self.values(steps[...], defaults) else { return nil }
            return Violation(
                severity: .warning, code: .fieldWithoutEffect, message: "the field has no effect: \(entry.reason)",
                path: entry.path, location: SourceLocation(file: file, line: Int(field.line)))
        }
    }

    private static func values(_ steps: ArraySlice<String>, _ value: ConfigValue) -> [ConfigValue] {
        if case .array(let items) = value, !steps.isEmpty { return items.flatMap { values(steps, $0) } }
        guard let step = steps.first else { return value == .null || value == [:] ? [] : [value] }
        return value[step].map { values(steps.dropFirst(), $0) } ?? []
    }
}
