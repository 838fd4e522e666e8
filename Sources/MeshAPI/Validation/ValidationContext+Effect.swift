extension ValidationContext {
    /// Warns of every field that is written and has no effect.
    func checkEffect(of spec: ObjectSpec, kind: String) {
        let entries = FieldsWithoutEffect.entries(kind)
        guard !entries.isEmpty else { return }
        let value = spec.encode()
        for entry in entries { find(entry.path.split(separator: ".")[...], in: value, entry) }
    }

    private func find(_ steps: ArraySlice<Substring>, in value: ConfigValue, _ entry: FieldsWithoutEffect.Entry) {
        if case .array(let items) = value, !steps.isEmpty {
            for (index, item) in items.enumerated() {
                path.push(.index(index))
                find(steps, in: item, entry)
                path.pop()
            }
            return
        }
        guard let step = steps.first else {
            warn(.fieldWithoutEffect, "\(entry.path.isEmpty ? "the object" : "the field") has no effect: \(entry.reason)")
            return
        }
        guard let inner = value[String(step)], inner != .null else { return }
        inside(String(step)) { find(steps.dropFirst(), in: inner, entry) }
    }
}
