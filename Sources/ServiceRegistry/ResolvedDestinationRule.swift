public import MeshAPI

/// A DestinationRule with its host in full, merged with younger rules of the
/// same host and clients.
public final class ResolvedDestinationRule: Sendable {
    /// The objects it comes from, the one that counts first.
    public let origins: [ObjectReference]
    /// Host in full, possibly a wildcard.
    public let host: String
    /// The rule.
    public let spec: DestinationRule
    let visibility: Visibility
    let creationTimestamp: String

    /// The oldest object.
    public var origin: ObjectReference { origins[0] }
    /// Namespace of the objects.
    public var namespace: String { origin.namespace }

    init(object: MeshObject, spec: DestinationRule, mesh: MeshConfig, domain: String) {
        let namespace = object.metadata.namespace
        origins = [object.reference]
        host = Hostname.expand(spec.host, namespace: namespace, domain: domain)
        self.spec = spec
        visibility = Visibility(
            exportTo: spec.exportTo, namespace: namespace,
            meshDefault: mesh.defaultDestinationRuleExportTo)
        creationTimestamp = object.metadata.creationTimestamp ?? ""
    }

    private init(_ older: ResolvedDestinationRule, spec: DestinationRule, origins: [ObjectReference]) {
        self.origins = origins
        host = older.host
        self.spec = spec
        visibility = older.visibility
        creationTimestamp = older.creationTimestamp
    }

    var isPrivate: Bool {
        visibility == .namespaces([namespace])
    }

    /// Whether a new version of the object differs in its policy only.
    func isReplaceable(by new: ResolvedDestinationRule) -> Bool {
        isMergeable(with: new) && creationTimestamp == new.creationTimestamp
    }

    func isMergeable(with other: ResolvedDestinationRule) -> Bool {
        visibility == other.visibility
            && spec.workloadSelector?.matchLabels == other.spec.workloadSelector?.matchLabels
    }

    /// This rule with the subsets of a younger one that it lacks, and its
    /// policy if this one has none.
    func merging(_ younger: ResolvedDestinationRule) -> ResolvedDestinationRule {
        var merged = spec
        let names = Set(spec.subsets.map(\.name))
        merged.subsets += younger.spec.subsets.filter { !names.contains($0.name) }
        if merged.trafficPolicy == nil { merged.trafficPolicy = younger.spec.trafficPolicy }
        return ResolvedDestinationRule(self, spec: merged, origins: origins + younger.origins)
    }

    static func isOlder(_ left: ResolvedDestinationRule, _ right: ResolvedDestinationRule) -> Bool {
        (left.creationTimestamp, left.origin.name, left.namespace)
            < (right.creationTimestamp, right.origin.name, right.namespace)
    }
}
