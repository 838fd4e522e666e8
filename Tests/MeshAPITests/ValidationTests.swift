import MeshAPI
import Testing

@Suite struct `Validation` {
    private func violations(_ kind: String, _ spec: String, group: String = "networking.istio.io/v1") -> [Violation] {
        let text = "apiVersion: \(group)\nkind: \(kind)\nmetadata:\n  name: x\nspec:\n" + spec.split(separator: "\n").map { "  \($0)\n" }.joined()
        let (objects, violations) = ObjectReader.read(yaml: text, file: "f.yaml")
        return violations + objects.flatMap { Validator.validate($0) }
    }

    private func errors(_ kind: String, _ spec: String, group: String = "networking.istio.io/v1") -> [String] {
        violations(kind, spec, group: group).filter { $0.severity == .error }.map { "\($0.code) \($0.path)" }
    }

    @Test func `both scenarios are fine`() {
        for text in [Seeds.destination, Seeds.generatedServiceEntry, Seeds.article] {
            let (objects, read) = ObjectReader.read(yaml: text, file: "f.yaml")
            #expect(read + objects.flatMap { Validator.validate($0) } == [])
        }
    }

    @Test(arguments: [
        ("hosts: ['*']", ["PTR0101 spec.hosts[0]"]), ("hosts: []", ["PTR0009 spec.hosts", "PTR0101 spec.hosts"]),
        ("hosts: [a_b.com]", ["PTR0101 spec.hosts[0]"]), ("hosts: [1.2.3.4]", ["PTR0101 spec.hosts[0]"]),
        ("hosts: ['*.a.com']\nresolution: DNS", ["PTR0108 spec.hosts[0]"]),
        ("hosts: [a.com]\naddresses: [10.0.0.0/8, 1.2.3]\nresolution: DNS", ["PTR0102 spec.addresses[1]", "PTR0108 spec.addresses"]),
        ("hosts: [a.com]\nports: [{number: 80, name: a}, {number: 80, name: a}]", ["PTR0106 spec.ports[1].name", "PTR0106 spec.ports[1].number"]),
        ("hosts: [a.com]\nports: [{number: 0, name: a_b, protocol: FOO}]",
         ["PTR0104 spec.ports[0].name", "PTR0105 spec.ports[0].protocol", "PTR0103 spec.ports[0].number"]),
        ("hosts: [a.com]\nendpoints: [{address: 1.2.3.4}]", ["PTR0108 spec.endpoints"]),
        ("hosts: [a.com]\nresolution: STATIC\nendpoints: [{address: b.com}]", ["PTR0107 spec.endpoints[0].address"]),
        ("hosts: [a.com]\nresolution: DNS\nendpoints: [{address: 'b.com:80', ports: {web: 80}}]",
         ["PTR0107 spec.endpoints[0].address", "PTR0107 spec.endpoints[0].ports[web]"]),
        ("hosts: [a.com, b.com]\nresolution: DNS\nports: [{number: 22, name: ssh, protocol: TCP}]", ["PTR0109 spec.ports[0]"]),
        ("hosts: [a.com]\nresolution: DYNAMIC_DNS", ["PTR0108 spec.hosts[0]"]),
        ("hosts: [a.com]\nexportTo: ['~', a]", ["PTR0034 spec.exportTo"]), ("hosts: [a.com]\nexportTo: [., default]", ["PTR0034 spec.exportTo[1]"]),
    ] as [(String, [String])]) func `of service entries finds all`(spec: String, expected: [String]) {
        #expect(errors("ServiceEntry", spec) == expected)
    }

    @Test(arguments: [
        ("hosts: [a.com]\nhttp: [{}]", ["PTR0201 spec.http[0]"]), ("hosts: [a.com]", ["PTR0201 spec"]),
        ("hosts: [a.com]\nhttp: [{route: [{destination: {host: '*'}}]}]", ["PTR0203 spec.http[0].route[0].destination.host"]),
        ("hosts: [a.com]\nhttp: [{match: [{uri: {regex: '('}}], route: [{destination: {host: b}}]}]", ["PTR0206 spec.http[0].match[0].uri"]),
        ("hosts: [a.com]\nhttp: [{match: [{uri: {exact: /, prefix: /}}], route: [{destination: {host: b}}]}]", ["PTR0006 spec.http[0].match[0].uri"]),
        ("hosts: [a.com]\nhttp: [{redirect: {}, rewrite: {uri: /}}]", ["PTR0202 spec.http[0]", "PTR0208 spec.http[0].redirect"]),
        ("hosts: [a.com]\nhttp: [{retries: {attempts: 1, retryOn: 5xx;reset}, route: [{destination: {host: b}}]}]", ["PTR0210 spec.http[0].retries.retryOn"]),
        ("hosts: [a.com]\nhttp: [{timeout: 0.5ms, route: [{destination: {host: b}}]}]",
         ["PTR0035 spec.http[0].timeout", "PTR0035 spec.http[0].timeout"]),
        ("hosts: [a.com]\nhttp: [{headers: {request: {set: {x: '%a'}, remove: [Host]}}, route: [{destination: {host: b}}]}]",
         ["PTR0207 spec.http[0].headers.request.set[x]", "PTR0207 spec.http[0].headers.request.remove[0]"]),
        ("hosts: [a.com]\ntls: [{match: [{sniHosts: [b.com]}], route: [{destination: {host: b}}]}]", ["PTR0217 spec.tls[0].match[0].sniHosts[0]"]),
        ("hosts: [a.com, '*.com']\ntcp: [{route: [{destination: {host: b}}]}]", ["PTR0216 spec.hosts[1]"]),
        ("gateways: [g]\ntcp: [{route: [{destination: {host: b}}]}]", ["PTR0214 spec.gateways", "PTR0214 spec.tcp"]),
    ] as [(String, [String])]) func `of virtual services finds all`(spec: String, expected: [String]) {
        #expect(errors("VirtualService", spec) == expected)
    }

    @Test(arguments: [
        ("host: a.com\ntrafficPolicy: {}", ["PTR0301 spec.trafficPolicy"]),
        ("host: a.com\ntrafficPolicy: {tls: {mode: MUTUAL}}", ["PTR0305 spec.trafficPolicy.tls", "PTR0305 spec.trafficPolicy.tls"]),
        ("host: a.com\ntrafficPolicy: {connectionPool: {tcp: {maxConnections: -1, connectTimeout: 0s}}}",
         ["PTR0303 spec.trafficPolicy.connectionPool.tcp.maxConnections", "PTR0035 spec.trafficPolicy.connectionPool.tcp.connectTimeout"]),
        ("host: a.com\nsubsets: [{name: a}, {name: a}]", ["PTR0306 spec.subsets[1].name"]),
        ("host: a.com\ntrafficPolicy: {loadBalancer: {simple: RANDOM, consistentHash: {useSourceIp: true}}}", ["PTR0006 spec.trafficPolicy.loadBalancer"]),
        ("host: a.com\ntrafficPolicy: {loadBalancer: {localityLbSetting: {distribute: [{from: a, to: {a: 50, a/b: 50}}]}}}",
         ["PTR0308 spec.trafficPolicy.loadBalancer.localityLbSetting.distribute[0].to[a/b]"]),
    ] as [(String, [String])]) func `of destination rules finds all`(spec: String, expected: [String]) {
        #expect(errors("DestinationRule", spec) == expected)
    }

    @Test(arguments: [
        ("externalService: {}", ["PTR0601 spec.externalService.name", "PTR0101 spec.externalService.hosts", "PTR0103 spec.externalService.ports"]),
        ("externalService: {name: a, hosts: [a.b], ports: [{number: 80, name: http, protocol: FOO}]}", ["PTR0105 spec.externalService.ports[0].protocol"]),
        ("externalService: {name: a, hosts: [a.b], ports: [{number: 80, name: http, protocol: HTTP}], endpoints: [{address: 'https://c.d', ports: {web: 1}}]}",
         ["PTR0107 spec.externalService.endpoints[0].address", "PTR0107 spec.externalService.endpoints[0].ports[web]"]),
        ("externalService: {name: a}\nkubeService: {}", ["PTR0006 spec", "PTR0101 spec.externalService.hosts", "PTR0103 spec.externalService.ports"]),
    ] as [(String, [String])]) func `of external services finds all`(spec: String, expected: [String]) {
        #expect(errors("Destination", spec, group: "discovery.mesh.gloo.solo.io/v1") == expected)
    }

    @Test func `a violation knows its line and says what to write`() throws {
        let violation = try #require(violations("ServiceEntry", "hosts:\n- '*'\n").first)
        #expect(violation.location == SourceLocation(file: "f.yaml", line: 7))
        #expect(
            violation.description
                == "f.yaml:7: error PTR0101: ServiceEntry default/x: spec.hosts[0]: invalid host *; name the hosts, or a domain such as *.example.com")
    }

    @Test func `a report is in the order of lines and without echoes`() {
        let found = violations("Gateway", "servers:\n- hosts: []\n- hosts: [a.com]\n")
        let report = ViolationReport(found.reversed())
        #expect(report.hasErrors)
        #expect(report.violations.map { $0.location?.line } == [7, 7, 8])
        #expect(report.violations.map(\.path) == ["spec.servers[0].port", "spec.servers[0].hosts", "spec.servers[1].port"])
        #expect(report.json.array?.first?["file"] == "f.yaml")
        #expect(report.json.array?.first?.object?.map(\.name) == ["file", "line", "kind", "namespace", "name", "path", "severity", "code", "message"])
        #expect(report.text.split(separator: "\n").count == 3)
    }

    @Test func `codes are unique, explained and well-formed`() {
        #expect(Set(ViolationCode.allCases.map(\.explanation)).count == ViolationCode.allCases.count)
        for code in ViolationCode.allCases {
            #expect(code.rawValue.wholeMatch(of: /PTR[0-9]{4}/) != nil)
            #expect(code.explanation.hasSuffix("."))
        }
    }
}
