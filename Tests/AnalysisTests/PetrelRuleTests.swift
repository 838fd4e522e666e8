import MeshAPI
import Testing

@testable import Analysis

/// A few objects, the code they bring, and what mends them.
struct PetrelRuleCase: Sendable, CustomTestStringConvertible {
    let code: String
    let doubtful: String
    let mended: String
    var testDescription: String { code }
}

/// Each of our own rules finds its mistake, and is silent once it is mended.
struct PetrelRuleTests {
    @Test(arguments: PetrelRuleCase.all)
    func aMistakeIsFoundAndItsMendingIsSilent(rule: PetrelRuleCase) {
        #expect(Self.codes(rule.doubtful).contains(rule.code))
        #expect(!Self.codes(rule.mended).contains(rule.code))
    }

    @Test func everyPetrelCodeHasACase() {
        #expect(Set(PetrelRuleCase.all.map(\.code)) == Set(FindingCode.petrel.map(\.id)))
    }

    static func findings(_ yaml: String) -> [Finding] {
        let read = ObjectReader.read(yaml: yaml, file: "a.yaml")
        return Analyzer.analyze(objects: read.objects, violations: read.violations, texts: ["a.yaml": yaml])
    }

    private static func codes(_ yaml: String) -> Set<String> { Set(findings(yaml).map(\.code.id)) }
}

extension PetrelRuleCase {
    /// A ServiceEntry for `api.example.com` with some fields.
    private static func entry(
        _ fields: String, name: String = "api", namespace: String = "default", host: String = "api.example.com", resolution: String = "DNS"
    ) -> String {
        """
        apiVersion: networking.istio.io/v1
        kind: ServiceEntry
        metadata: {name: \(name), namespace: \(namespace)}
        spec: {hosts: ["\(host)"], location: MESH_EXTERNAL, resolution: \(resolution), \(fields)}
        ---

        """
    }

    private static func rule(_ fields: String, name: String = "api", namespace: String = "default", host: String = "api.example.com") -> String {
        """
        apiVersion: networking.istio.io/v1
        kind: DestinationRule
        metadata: {name: \(name), namespace: \(namespace)}
        spec: {host: "\(host)", \(fields)}
        ---

        """
    }

    private static func service(_ route: String, host: String = "api.example.com", namespace: String = "default") -> String {
        """
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata: {name: api, namespace: \(namespace)}
        spec: {hosts: ["\(host)"], http: [{\(route)}]}
        ---

        """
    }

    private static func sidecar(_ fields: String) -> String {
        """
        apiVersion: networking.istio.io/v1
        kind: Sidecar
        metadata: {name: default, namespace: default}
        spec:
          egress: [{hosts: ["*/*"]}]
          outboundTrafficPolicy: \(fields)
        """
    }

    private static let http = "ports: [{number: 80, name: http, protocol: HTTP}]"
    private static let https = "ports: [{number: 443, name: https, protocol: HTTPS}]"
    private static let tcp = "ports: [{number: 5432, name: tcp, protocol: TCP}]"
    private static let simple = "trafficPolicy: {tls: {mode: SIMPLE}}"
    private static let toAPI = "route: [{destination: {host: api.example.com}}]"
    private static let selector = "workloadSelector: {labels: {app: db}}"

    static let all: [PetrelRuleCase] = [
        PetrelRuleCase(
            code: "PTR1001", doubtful: entry("ports: [{number: 443, name: http, protocol: HTTP}]"), mended: entry(https)),
        PetrelRuleCase(code: "PTR1002", doubtful: entry(https) + rule(simple), mended: entry(http) + rule(simple)),
        PetrelRuleCase(
            code: "PTR1003", doubtful: entry(http) + service("rewrite: {authority: www.other.org}, \(toAPI)"),
            mended: entry(http) + service("rewrite: {authority: api.example.com}, \(toAPI)")),
        PetrelRuleCase(
            code: "PTR1004", doubtful: entry(http) + service(toAPI, host: "webserver"),
            mended: entry(http) + service("rewrite: {authority: api.example.com}, \(toAPI)", host: "webserver")),
        PetrelRuleCase(
            code: "PTR1005", doubtful: entry(http) + rule(simple),
            mended: entry("ports: [{number: 80, name: http, protocol: HTTP, targetPort: 443}]") + rule(simple)),
        PetrelRuleCase(
            code: "PTR1006", doubtful: entry(http) + entry(https, name: "other", namespace: "shop"),
            mended: entry(http + ", exportTo: [\".\"]") + entry(https + ", exportTo: [\".\"]", name: "other", namespace: "shop")),
        PetrelRuleCase(
            code: "PTR1007", doubtful: entry(tcp, resolution: "NONE"), mended: entry(tcp + ", addresses: [203.0.113.7]", resolution: "NONE")),
        PetrelRuleCase(
            code: "PTR1008", doubtful: entry(https, host: "*.example.com", resolution: "NONE"),
            mended: entry(https, host: "api.example.com", resolution: "NONE")),
        PetrelRuleCase(
            code: "PTR1009", doubtful: entry(http) + rule("trafficPolicy: {tls: {mode: SIMPLE, sni: api.example.com}}"),
            mended: entry(http) + rule("trafficPolicy: {tls: {mode: SIMPLE, sni: api.example.com, subjectAltNames: [api.example.com]}}")),
        PetrelRuleCase(
            code: "PTR1010", doubtful: entry(http) + rule("trafficPolicy: {tls: {mode: MUTUAL, credentialName: client}}"),
            mended: entry(http)
                + rule("trafficPolicy: {tls: {mode: MUTUAL, credentialName: client}}, workloadSelector: {matchLabels: {app: curl}}")),
        PetrelRuleCase(
            code: "PTR1011",
            doubtful: entry(http)
                + rule("trafficPolicy: {tls: {mode: SIMPLE}, portLevelSettings: [{port: {number: 80}, connectionPool: {tcp: {maxConnections: 1}}}]}"),
            mended: entry(http) + rule("trafficPolicy: {tls: {mode: SIMPLE}, portLevelSettings: [{port: {number: 80}, tls: {mode: SIMPLE}}]}")),
        PetrelRuleCase(
            code: "PTR1012", doubtful: entry(http) + rule(simple) + rule(simple, name: "mine", namespace: "shop", host: "*.example.com"),
            mended: entry(http) + rule(simple) + rule(simple, name: "mine", namespace: "shop", host: "*.other.org")),
        PetrelRuleCase(
            code: "PTR1013", doubtful: entry(http) + service(toAPI, host: "webserver.org"), mended: entry(http) + service(toAPI)),
        PetrelRuleCase(code: "PTR1014", doubtful: entry(http, host: "API.example.com"), mended: entry(http)),
        PetrelRuleCase(
            code: "PTR1015", doubtful: entry("\(http), \(selector)", resolution: "STATIC"),
            mended: entry("\(http), \(selector)", resolution: "STATIC") + """
                apiVersion: networking.istio.io/v1
                kind: WorkloadEntry
                metadata: {name: db, namespace: default}
                spec: {address: 10.0.0.1, labels: {app: db}}
                """),
        PetrelRuleCase(code: "PTR1016", doubtful: sidecar("{}"), mended: sidecar("{mode: REGISTRY_ONLY}")),
        PetrelRuleCase(code: "PTR1017", doubtful: entry(http, host: "foo.bar.global"), mended: entry(http)),
        PetrelRuleCase(
            code: "PTR1018", doubtful: entry(http + ", exportTo: [\".\"]", namespace: "shop") + service(toAPI),
            mended: entry(http + ", exportTo: [\"*\"]", namespace: "shop") + service(toAPI)),
        PetrelRuleCase(
            code: "PTR1019", doubtful: entry(http) + service("route: [{destination: {host: api.example.com, subset: v2}}]"),
            mended: entry(http) + service("route: [{destination: {host: api.example.com, subset: v2}}]")
                + rule("subsets: [{name: v2, labels: {version: v2}}]")),
        PetrelRuleCase(
            code: "PTR1020",
            doubtful: entry(tcp, resolution: "NONE") + entry(tcp, name: "other", host: "db.example.org", resolution: "NONE"),
            mended: entry(tcp, resolution: "NONE")
                + entry(tcp + ", addresses: [203.0.113.7]", name: "other", host: "db.example.org", resolution: "NONE")),
    ]
}
