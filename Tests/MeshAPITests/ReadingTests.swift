@testable import MeshAPI
import Testing

@Suite struct `Reading text` {
    private func read(_ yaml: String) -> (objects: [MeshObject], violations: [Violation]) { ObjectReader.read(yaml: yaml, file: "f.yaml") }

    private func entry(_ spec: String) -> String {
        "apiVersion: networking.istio.io/v1\nkind: ServiceEntry\nmetadata:\n  name: x\nspec:\n" + spec
    }

    @Test func `a broken document hides no other`() {
        let text = entry("  hosts: [a.example.com]\n") + "---\nfoo: [1, 2\nbar: }\n---\n" + entry("  hosts: [b.example.com]\n")
        let (objects, violations) = read(text)
        #expect(objects.count == 2)
        #expect(violations.map(\.code) == ["PTR0020"])
        #expect(violations.first?.location == SourceLocation(file: "f.yaml", line: 9))
    }

    @Test func `every fault of an object is found at once`() {
        let (objects, violations) = read(
            entry(
                """
                  hosts: a.example.com
                  ressolution: DNS
                  location: mesh_external
                  ports:
                  - number: "443"
                    name: 443
                    protocol: TLS
                    nmuber: 1
                  - protocol: HTTP

                """))
        #expect(objects.count == 1)
        #expect(
            violations.map { "\($0.location?.line ?? 0) \($0.code) \($0.path)" } == [
                "6 PTR0002 spec.hosts", "10 PTR0002 spec.ports[0].number", "11 PTR0002 spec.ports[0].name",
                "13 PTR0001 spec.ports[0].nmuber", "14 PTR0003 spec.ports[1].number", "14 PTR0003 spec.ports[1].name",
                "8 PTR0004 spec.location", "7 PTR0001 spec.ressolution",
            ])
        #expect(violations.first { $0.path == "spec.ressolution" }?.message.contains("did you mean \"resolution\"?") == true)
        #expect(violations.first { $0.path == "spec.ports[0].number" }?.message.contains("write 443 without quotation marks") == true)
    }

    @Test(arguments: [
        ("hosts: [a.b]\n  hosts: [c.d]", "PTR0005", 7), ("hosts: [a.b]\n\tports: []", "PTR0020", 7), ("hosts: &a [*a]", "PTR0020", 6),
        ("hosts: [yes]", "PTR0002", 6), ("hosts: [1.5]", "PTR0002", 6), ("hosts: [off]", "PTR0002", 6), ("hosts: [null]", "PTR0002", 6),
        ("hosts: \"unclosed", "PTR0020", 6), ("? [a]\n  : b", "PTR0020", 6), ("hosts: [a.b]\n  exportTo: {}", "PTR0002", 7),
    ]) func `hazards are reported where they are`(spec: String, code: String, line: Int) {
        let violations = read(entry("  " + spec + "\n")).violations
        #expect(violations.map(\.code).contains(code))
        #expect(violations.first { $0.code == code }?.location?.line == line)
    }

    @Test func `aliases stand for values and may not explode`() {
        let (objects, violations) = read(entry("  hosts: &h [a.b]\n  subjectAltNames: *h\n"))
        #expect(violations == [])
        if case .serviceEntry(let entry)? = objects.first?.spec { #expect(entry.subjectAltNames == ["a.b"]) }
        var bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
        for index in 1...8 { bomb += "a\(index): &a\(index) [" + Array(repeating: "*a\(index - 1)", count: 10).joined(separator: ", ") + "]\n" }
        #expect(read(bomb).violations.map(\.code) == ["PTR0021"])
    }

    @Test func `depth and size are bounded`() {
        let deep = String(repeating: "[", count: 200) + String(repeating: "]", count: 200)
        #expect(read("a: \(deep)\n").violations.map(\.code) == ["PTR0022"])
        #expect(read("{\"a\": \(deep)}").violations.map(\.code).contains("PTR0022"))
        let text = Array(entry("  hosts: [a.b]\n").utf8)
        let result = text.withUnsafeBufferPointer { YAMLParser.parse($0, firstLine: 3, limits: ReadingLimits(documentBytes: 20)) }
        #expect(result.documents.isEmpty)
        #expect(result.problems.map(\.code) == [.documentTooLarge])
        #expect(result.problems.map(\.line) == [3])
    }

    @Test func `merge keys, block scalars and comments are understood`() {
        let (objects, violations) = read(
            """
            # nothing but a comment
            ---
            apiVersion: v1
            kind: ConfigMap
            metadata: &meta
              name: x
              labels: {app: web}
            data:
              text: |
                --- not a separator
                two
              folded: >-
                one
                line
            ---
            apiVersion: v1
            kind: ConfigMap
            metadata:
              <<: {labels: {app: db}, namespace: shop}
              name: z
            ...
            ---
            # the end
            """)
        #expect(violations == [])
        #expect(objects.map(\.reference.description) == ["ConfigMap default/x", "ConfigMap shop/z"])
        guard case .configMap(let map)? = objects.first?.spec else { return #expect(Bool(false)) }
        #expect(map.data == ["text": "--- not a separator\ntwo\n", "folded": "one line"])
        #expect(objects.last?.metadata.labels == ["app": "db"])
    }

    @Test func `lists, JSON and JSON streams are read`() {
        let one = #"{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"a\ud83d\udc26\/b","creationTimestamp":null}}"#
        let (objects, violations) = read(#"{"kind":"List","apiVersion":"v1","items":[\#(one),\#(one)]}"# + "\n" + one + "\n---\n" + one)
        #expect(violations == [])
        #expect(objects.map(\.metadata.name) == Array(repeating: "a\u{1f426}/b", count: 4))
        #expect(objects.allSatisfy { $0.metadata.namespace.isEmpty })
    }

    @Test(arguments: [
        ("kind: Service\nmetadata: {name: x}", "PTR0023", "apiVersion"), ("apiVersion: v1\nmetadata: {name: x}", "PTR0023", "kind"),
        ("apiVersion: v1\nkind: Service", "PTR0023", "metadata.name"), ("- a\n- b", "PTR0023", ""), ("just text", "PTR0023", ""),
        ("apiVersion: networking.istio.io/v2\nkind: Sidecar\nmetadata: {name: x}", "PTR0025", "apiVersion"),
        ("apiVersion: v1\nkind: Service\nmetadata: {name: x, nmae: y}", "PTR0001", "metadata.nmae"),
        ("apiVersion: networking.istio.io/v1\nkind: Sidecar\nmetadata: {name: x}\nspce: {}", "PTR0001", "spce"),
    ]) func `what isn't an object is refused with a reason`(text: String, code: String, path: String) {
        let violations = read(text).violations
        #expect(violations.map(\.code) == [code])
        #expect(violations.map(\.path) == [path])
        #expect(violations.allSatisfy { $0.severity == .error && $0.location != nil })
    }

    @Test func `an unknown kind is kept with a warning`() throws {
        let (objects, violations) = read("apiVersion: example.com/v1\nkind: Gatway\nmetadata: {name: x}\nspec: {a: 1}\nextra: [2]\n")
        #expect(violations.map(\.severity) == [.warning])
        let object = try #require(objects.first)
        #expect(object.spec == .unknown(["spec": ["a": 1], "extra": [2]]))
        #expect(object.value.json() == #"{"apiVersion":"example.com/v1","extra":[2],"kind":"Gatway","metadata":{"name":"x","namespace":"default"},"spec":{"a":1}}"#)
    }

    @Test func `proto names are read and JSON names are written`() {
        let (objects, violations) = read(
            "apiVersion: networking.istio.io/v1\nkind: DestinationRule\nmetadata: {name: x}\nspec:\n  host: a.b\n  traffic_policy: {tls: {mode: SIMPLE, ca_certificates: /ca}}\n")
        #expect(violations == [])
        #expect(objects.first?.value["spec"]?["trafficPolicy"]?["tls"] == ["mode": "SIMPLE", "caCertificates": "/ca"])
        #expect(objects.first?.location(of: "spec.trafficPolicy.tls.caCertificates")?.line == 6)
    }

    @Test func `fields of Kubernetes' own kinds that Petrel doesn't read survive`() {
        let text = """
            apiVersion: v1
            kind: Service
            metadata:
              name: web
              namespace: default
            spec:
              healthCheckNodePort: 30000
              ports:
              - port: 80
                targetPort: http
              - name: admin
                port: 81
                targetPort: 8081
                weird: true
              selector:
                app: web
            status:
              loadBalancer: {}

            """
        let (objects, violations) = read(text)
        #expect(violations == [])
        #expect(objects.first?.value.yaml() == text)
    }

    @Test func `mesh settings have Istio's defaults`() {
        let (config, violations) = MeshConfig.read(yaml: "outboundTrafficPolicy:\n  mode: REGISTRY_ONLY\nconnectTimeout: 2s\n", file: "mesh.yaml")
        #expect(violations == [])
        #expect(config.outboundTrafficPolicy.mode == .registryOnly)
        #expect(config.connectTimeout == .seconds(2))
        #expect(MeshConfig().outboundTrafficPolicy.mode == .allowAny)
        #expect(config.trustDomain == "cluster.local" && config.rootNamespace == "istio-system" && config.dnsRefreshRate == .seconds(60))
        let map = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: istio}\ndata:\n  mesh: |\n    trustDomain: example.org\n    outboundTrafficPolicie: {}\n"
        let read = MeshConfig.read(yaml: map, file: "map.yaml")
        #expect(read.config.trustDomain == "example.org")
        #expect(read.violations.map { $0.location?.line } == [7])
    }

    @Test(arguments: [
        ("1s", "1s"), ("1.5s", "1.500s"), ("2m30s", "150s"), ("100ms", "0.100s"), ("1h", "3600s"), ("0", "0s"), ("-3s", "-3s"), ("1us", "0.000001s"),
        (".5s", "0.500s"), ("1.s", "1s"),
    ]) func `durations are Go's`(text: String, written: String) {
        #expect(Duration(goText: text)?.protoText == written)
    }

    @Test(arguments: ["", "s", "1", "1 s", "1d", "1.5", "--1s", "1e3s", "9999999999h"]) func `other durations aren't`(text: String) {
        #expect(Duration(goText: text) == nil)
    }
}
