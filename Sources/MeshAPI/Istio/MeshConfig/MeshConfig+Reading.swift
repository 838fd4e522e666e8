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
        return (config, problems + context.violations(of: nil, file: file))
    }
}
