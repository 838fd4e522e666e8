import Foundation
import MeshAPI
import Testing

@testable import Analysis

/// Istio's own cases, when a directory of them is named by `PETREL_CONFORMANCE`.
@Suite(.enabled(if: ProcessInfo.processInfo.environment["PETREL_CONFORMANCE"] != nil))
struct ConformanceTests {
    /// What each of Istio's analyzers is here.
    private static let rules: [String: any AnalysisRule] = [
        "annotations.K8sAnalyzer": AnnotationPlaces(),
        "annotations.AlphaAnalyzer": AnnotationPhases(),
        "deprecation.DeprecationAnalyzer": DeprecatedFields(),
        "gateway.IngressGatewayPortAnalyzer": GatewayPorts(),
        "gateway.SecretAnalyzer": GatewaySecretsWithSelectors(),
        "gateway.ConflictingGatewayAnalyzer": GatewayConflicts(),
        "gateway.CertificateAnalyzer": GatewayCertificates(),
        "service.PortNameAnalyzer": ServicePortNames(),
        "sidecar.SelectorAnalyzer": SidecarSelectors(),
        "virtualservice.ConflictingMeshGatewayHostsAnalyzer": MeshHostConflicts(),
        "virtualservice.DestinationHostAnalyzer": DestinationHosts(),
        "virtualservice.DestinationRuleAnalyzer": DestinationSubsets(),
        "virtualservice.GatewayAnalyzer": GatewayReferences(),
        "virtualservice.JWTClaimRouteAnalyzer": ClaimRouting(),
        "destinationrule.CaCertificateAnalyzer": ServerVerification(),
        "destinationrule.SubsetSelectPodAnalyzer": SubsetWorkloads(),
        "schema.ValidationAnalyzer.VirtualService": SchemaViolations(),
        "serviceentry.Analyzer": ServiceEntryAddresses(),
        "serviceentry.ConflictingServiceEntryProtocolAnalyzer": ServiceEntryProtocols(),
        "conditions.ConditionAnalyzer": StatusConditions(),
    ]

    /// Istio's analyzer of secrets says itself that a selector selects nothing.
    private struct GatewaySecretsWithSelectors: AnalysisRule {
        let codes: [FindingCode] = []

        func apply(to mesh: AnalyzedMesh, _ findings: inout FindingCollector) {
            GatewaySecrets().apply(to: mesh, &findings)
            var ports = FindingCollector()
            GatewayPorts().apply(to: mesh, &ports)
            for finding in ports.findings where finding.code == .referenceNotFound { findings.add(finding) }
        }
    }

    @Test func agreesWithIstio() throws {
        let root = try #require(ProcessInfo.processInfo.environment["PETREL_CONFORMANCE"])
        let directory = URL(fileURLWithPath: root).appending(path: "analyzers")
        let index = try #require(ConfigValue(json: String(contentsOf: directory.appending(path: "index.json"), encoding: .utf8)))
        var agreed = 0
        for entry in index.array ?? [] {
            let id = entry["id"]?.string ?? ""
            let rule = try #require(Self.rules[entry["analyzer"]?.string ?? ""], "\(id) has an unknown analyzer")
            var objects: [MeshObject] = []
            for input in entry["inputs"]?.array ?? [] {
                let file = directory.appending(path: input.string ?? "")
                objects += ObjectReader.read(yaml: try String(contentsOf: file, encoding: .utf8), file: "", defaultNamespace: "").objects
            }
            let mesh = AnalyzedMesh(objects: objects, mesh: Self.mesh(entry["meshConfig"]?.string, directory))
            let found = Set(Analyzer.findings(of: [rule], in: mesh).filter { isOfKind($0, id) }.map(Self.line))
            let expected = Set((entry["expect"]?.array ?? []).map(Self.line))
            for line in expected.subtracting(found).sorted() { Issue.record("\(id): missing \(line)") }
            for line in found.subtracting(expected).sorted() { Issue.record("\(id): unexpected \(line)") }
            if found == expected { agreed += 1 }
        }
        #expect(agreed == index.array?.count)
    }

    /// The schema case holds warnings of unused rules alone.
    private func isOfKind(_ finding: Finding, _ id: String) -> Bool {
        id != "unit/dupmatches" || finding.code == .unreachableRule || finding.code == .ineffectiveMatch
    }

    /// The settings of two cases say that every app is given addresses; their file isn't part of the corpus.
    private static func mesh(_ file: String?, _ directory: URL) -> MeshConfig {
        guard let file else { return MeshConfig() }
        if let text = try? String(contentsOf: directory.appending(path: file), encoding: .utf8) {
            return MeshConfig.read(yaml: text, file: file).config
        }
        var mesh = MeshConfig()
        mesh.defaultConfig = ["proxyMetadata": ["ISTIO_META_DNS_CAPTURE": "true", "ISTIO_META_DNS_AUTO_ALLOCATE": "true"]]
        return mesh
    }

    private static func line(_ finding: Finding) -> String {
        "\(finding.code.id) \(finding.severity.rawValue) \(finding.resource): \(finding.message)"
    }

    /// Istio's text is `Level [CODE] (Kind name file:line) message`.
    private static func line(_ expected: ConfigValue) -> String {
        let text = expected["text"]?.string ?? ""
        let message = text.firstRange(of: ") ").map { String(text[$0.upperBound...]) } ?? text
        return "\(expected["code"]?.string ?? "") \(expected["level"]?.string?.lowercased() ?? "") \(expected["resource"]?.string ?? ""): \(message)"
    }
}
