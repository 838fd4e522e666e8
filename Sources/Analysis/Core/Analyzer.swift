public import MeshAPI

/// Says what is doubtful about all objects of a mesh together.
public enum Analyzer {
    static let rules: [any AnalysisRule] = istioRules + petrelRules

    static let istioRules: [any AnalysisRule] = [
        SchemaViolations(), DeprecatedFields(), AnnotationPlaces(), AnnotationPhases(), GatewayPorts(), GatewaySecrets(),
        GatewayCertificates(), GatewayConflicts(), GatewayReferences(), ServicePortNames(), SidecarSelectors(), MeshHostConflicts(),
        DestinationHosts(), DestinationSubsets(), ClaimRouting(), ServerVerification(), SubsetWorkloads(), ServiceEntryAddresses(),
        ServiceEntryProtocols(), StatusConditions(), AuthorizationReferences(),
    ]

    static let petrelRules: [any AnalysisRule] = [
        TLSOrigination(), RouteAuthority(), DuplicateHosts(), CapturedPorts(), Wildcards(), ClientCredentials(), RuleShadowing(),
        RouteReachability(), HostNames(), SelectorsWithoutWorkloads(), OutboundPolicies(),
    ]

    /// Analyses objects.
    ///
    /// - Parameters:
    ///   - objects: All objects, the faulty ones among them. Duplicates are looked at one by one.
    ///   - mesh: The mesh's settings.
    ///   - violations: What reading the objects brought; it becomes findings like the rest.
    ///   - texts: The text of the files by name, where it is known; it tells what was written from what is a default.
    /// - Returns: The findings that no annotation suppresses, the worst first.
    public static func analyze(
        objects: [MeshObject], mesh: MeshConfig = MeshConfig(), violations: [Violation] = [], texts: [String: String] = [:]
    ) -> [Finding] {
        let analyzed = AnalyzedMesh(objects: objects, mesh: mesh, readingViolations: violations, texts: texts)
        return findings(of: rules, in: analyzed)
    }

    static func findings(of rules: [any AnalysisRule], in mesh: AnalyzedMesh) -> [Finding] {
        var collector = FindingCollector()
        for rule in rules { rule.apply(to: mesh, &collector) }
        let suppressions = Suppressions(mesh.objects)
        return collector.findings.filter { !suppressions.contains($0) }.sorted(by: isBefore)
    }

    private static func isBefore(_ left: Finding, _ right: Finding) -> Bool {
        (left.severity, left.code.id, left.resource, left.path, left.message)
            < (right.severity, right.code.id, right.resource, right.path, right.message)
    }
}
