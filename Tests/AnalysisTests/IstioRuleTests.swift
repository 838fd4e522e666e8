import MeshAPI
import Testing

@testable import Analysis

/// Istio's rules over small objects of our own; each finding with its whole text.
struct IstioRuleTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let rule: any AnalysisRule
        let yaml: String
        let expected: [String]
        var testDescription: String { "\(type(of: rule)): \(expected.first ?? "nothing")" }
    }

    @Test(arguments: cases)
    func findsWhatIstioFinds(example: Case) {
        let objects = ObjectReader.read(yaml: example.yaml, file: "").objects
        let findings = Analyzer.findings(of: [example.rule], in: AnalyzedMesh(objects: objects, mesh: MeshConfig()))
        #expect(findings.map { "\($0.code.id) \($0.resource) \($0.path): \($0.message)" } == example.expected)
        #expect(findings.allSatisfy { example.rule.codes.contains($0.code) })
    }

    private static func object(_ kind: String, _ name: String, _ spec: String, group: String = "networking.istio.io/v1", metadata: String = "") -> String {
        let parts = name.split(separator: "/").map(String.init)
        let extra = metadata.isEmpty ? "" : ", \(metadata)"
        return "apiVersion: \(group)\nkind: \(kind)\nmetadata: {namespace: \(parts[0]), name: \(parts[1])\(extra)}\nspec: \(spec)\n---\n"
    }

    private static let twoPorts = object(
        "ServiceEntry", "a/api",
        "{hosts: [api.org], resolution: DNS, ports: [{number: 80, name: http, protocol: HTTP}, {number: 81, name: http-2, protocol: HTTP}]}")

    private static func route(_ destination: String, _ name: String = "a/web") -> String {
        object("VirtualService", name, "{hosts: [web.org], http: [{route: [{destination: \(destination)}]}]}")
    }

    static let cases: [Case] = [
        Case(rule: DestinationHosts(), yaml: twoPorts + route("{host: api.org, port: {number: 81}}"), expected: []),
        Case(
            rule: DestinationHosts(), yaml: twoPorts + route("{host: api.org}"),
            expected: [
                "IST0112 VirtualService a/web spec.http[0].route[0].destination.host: This VirtualService routes to a service \"api.org\" that exposes multiple ports [80 81]. Specifying a port in the destination is required to disambiguate."
            ]),
        Case(
            rule: DestinationHosts(), yaml: twoPorts + route("{host: api.org, port: {number: 9}}"),
            expected: ["IST0101 VirtualService a/web spec.http[0].route[0].destination.host: Referenced host:port not found: \"api.org:9\""]),
        Case(
            rule: DestinationSubsets(), yaml: route("{host: api.org, subset: v1}"),
            expected: [
                "IST0101 VirtualService a/web spec.http[0].route[0].destination.subset: Referenced host+subset in destinationrule not found: \"api.org+v1\""
            ]),
        Case(
            rule: MeshHostConflicts(), yaml: route("{host: a.org}", "a/one") + route("{host: a.org}", "b/two"),
            expected: [("a/one"), ("b/two")].map {
                "IST0109 VirtualService \($0) spec.hosts[0]: The VirtualServices a/one,b/two associated with mesh gateway define the same host */web.org which can lead to undefined behavior. This can be fixed by merging the conflicting VirtualServices into a single resource."
            }),
        Case(
            rule: SubsetWorkloads(), yaml: object("DestinationRule", "a/none", "{host: none.org}"),
            expected: ["IST0174 DestinationRule a/none spec.host: The host none.org defined in the DestinationRule does not match any services in the mesh."]),
        Case(
            rule: ServiceEntryAddresses(),
            yaml: object("ServiceEntry", "a/db", "{hosts: [db.org], resolution: DNS, ports: [{number: 1, name: x, protocol: TCP}]}"),
            expected: ["IST0134 ServiceEntry a/db spec.ports[0].protocol: ServiceEntry addresses are required for this protocol."]),
        Case(
            rule: GatewayReferences(), yaml: object("VirtualService", "a/web", "{hosts: [web.org], gateways: [gone], http: [{redirect: {uri: /}}]}"),
            expected: [
                "IST0101 VirtualService a/web spec.gateways[0]: Referenced gateway not found: \"gone\"",
                "IST0132 VirtualService a/web spec.gateways[0]: one or more host [web.org] defined in VirtualService a/web not found in Gateway a/gone.",
            ]),
        Case(
            rule: GatewayConflicts(),
            yaml: ["one", "two"].map {
                object("Gateway", "a/\($0)", "{selector: {app: gw}, servers: [{port: {number: 80, name: http, protocol: HTTP}, hosts: [web.org]}]}")
            }.joined(),
            expected: [("one", "two"), ("two", "one")].map {
                "IST0145 Gateway a/\($0.0) spec.servers[0]: Conflict with gateways a/\($0.1) (workload selector app=gw, port 80, hosts web.org)."
            }),
        Case(
            rule: SidecarSelectors(),
            yaml: object("Sidecar", "a/one", "{workloadSelector: {labels: {app: x}}, egress: [{hosts: [\"./*\"]}]}"),
            expected: ["IST0101 Sidecar a/one spec.workloadSelector.labels: Referenced selector not found: \"app=x\""]),
        Case(
            rule: ServicePortNames(), yaml: object("Service", "a/s", "{ports: [{name: foo, port: 1}]}", group: "v1"),
            expected: ["IST0118 Service a/s spec.ports[0]: Port name foo (port: 1, targetPort: 0) doesn't follow the naming convention of Istio port."]),
        Case(
            rule: AnnotationPlaces(), yaml: object("Service", "a/s", "{}", group: "v1", metadata: "annotations: {networking.istio.io/foo: x}"),
            expected: ["IST0108 Service a/s metadata.annotations[networking.istio.io/foo]: Unknown annotation: networking.istio.io/foo"]),
        Case(
            rule: AuthorizationReferences(),
            yaml: object(
                "AuthorizationPolicy", "a/p", "{selector: {matchLabels: {app: x}}, rules: [{from: [{source: {namespaces: [gone]}}]}]}",
                group: "security.istio.io/v1"),
            expected: [
                "IST0101 AuthorizationPolicy a/p spec.rules[0].from[0].source.namespaces[0]: Referenced namespace not found: \"gone\"",
                "IST0127 AuthorizationPolicy a/p spec.selector.matchLabels: No matching workloads for this resource with the following labels: app=x",
            ]),
        Case(
            rule: DeprecatedFields(), yaml: object("Sidecar", "a/s", "{outboundTrafficPolicy: {mode: ALLOW_ANY, egressProxy: {host: x.org}}}"),
            expected: ["IST0002 Sidecar a/s spec.outboundTrafficPolicy.egressProxy: Deprecated: OutboundTrafficPolicy.EgressProxy ignored"]),
    ]
}
