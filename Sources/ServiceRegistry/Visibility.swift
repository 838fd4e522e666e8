/// To which namespaces an object shows itself (`exportTo`).
public enum Visibility: Sendable, Hashable {
    /// To all.
    case everywhere
    /// To none.
    case nobody
    /// To those listed.
    case namespaces(Set<String>)

    /// Resolves `exportTo` of an object in `namespace`: an empty list takes
    /// the mesh's default, and that, when empty, is everywhere.
    public init(exportTo: [String], namespace: String, meshDefault: [String]) {
        let entries = exportTo.isEmpty ? meshDefault : exportTo
        if entries.isEmpty || entries.contains("*") {
            self = .everywhere
        } else if entries == ["~"] {
            self = .nobody
        } else {
            self = .namespaces(Set(entries.filter { $0 != "~" }.map { $0 == "." ? namespace : $0 }))
        }
    }

    /// Whether objects of `namespace` may use it.
    public func includes(_ namespace: String) -> Bool {
        switch self {
        case .everywhere: true
        case .nobody: false
        case .namespaces(let names): names.contains(namespace)
        }
    }
}
