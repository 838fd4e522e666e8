internal import MeshAPI

/// The fields in which two trees of settings differ.
enum SettingChanges {
    struct Change: Equatable {
        let path: String
        let before: String
        let after: String
    }

    static func between(_ old: ConfigValue, _ new: ConfigValue) -> [Change] {
        var changes: [Change] = []
        collect(old, new, "settings", &changes)
        return changes
    }

    private static func collect(_ old: ConfigValue?, _ new: ConfigValue?, _ path: String, _ changes: inout [Change]) {
        if old == new { return }
        if case .object(let left)? = old, case .object(let right)? = new {
            let names = Set(left.map(\.name)).union(right.map(\.name))
            for name in names.sorted() { collect(left[name], right[name], "\(path).\(name)", &changes) }
            return
        }
        if case .array(let left)? = old, case .array(let right)? = new, left.count == right.count {
            for (index, (one, other)) in zip(left, right).enumerated() { collect(one, other, "\(path)[\(index)]", &changes) }
            return
        }
        changes.append(Change(path: path, before: text(old), after: text(new)))
    }

    private static func text(_ value: ConfigValue?) -> String { value?.json() ?? "not set" }
}

extension ConfigValue {
    /// The object without some fields.
    func without(_ names: String...) -> ConfigValue {
        guard case .object(var fields) = self else { return self }
        for name in names { fields[name] = nil }
        return .object(fields)
    }
}
