import ConfigGeneration
import Diagnostics
import MeshAPI
import ServiceRegistry
import Testing

/// A refusal by policy names the policy; retries and headers are told.
struct PolicyExplanationTests {
    private static let yaml = """
        apiVersion: networking.istio.io/v1
        kind: ServiceEntry
        metadata: {name: api, namespace: default}
        spec:
          hosts: [api.example.com]
          ports: [{number: 80, name: http, protocol: HTTP}]
          resolution: DNS
        ---
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata: {name: api, namespace: default}
        spec:
          hosts: [api.example.com]
          http:
          - timeout: 9s
            retries: {attempts: 3, perTryTimeout: 2s, retryOn: "5xx,503"}
            headers: {request: {set: {x-set: one}, add: {x-add: two}, remove: [x-gone]}, response: {set: {y-set: three}}}
            route: [{destination: {host: api.example.com}}]
        ---
        apiVersion: security.istio.io/v1
        kind: AuthorizationPolicy
        metadata: {name: no-admin, namespace: default}
        spec:
          targetRefs: [{group: networking.istio.io, kind: ServiceEntry, name: api}]
          action: DENY
          rules: [{to: [{operation: {paths: ["/admin*"]}}]}]
        ---
        apiVersion: security.istio.io/v1
        kind: AuthorizationPolicy
        metadata: {name: readers, namespace: default}
        spec:
          targetRefs: [{group: networking.istio.io, kind: ServiceEntry, name: api}]
          rules: [{from: [{source: {serviceAccounts: [default/reader]}}]}]
        """

    private func explain(_ request: String, as account: String = "reader") throws -> Explanation {
        let objects = ObjectReader.read(yaml: Self.yaml, file: "mesh.yaml").objects
        let proxy = ProxyIdentity(serviceAccount: account, ips: ["10.0.0.1"])
        let configuration = ConfigGenerator(snapshot: MeshSnapshot(objects: objects, mesh: MeshConfig())).generate(for: proxy)
        return CompiledProxy(configuration: configuration, identity: proxy, objects: objects)
            .explain(try TrafficQuery.parse(request).get())
    }

    @Test(arguments: [("http://api.example.com/admin/x", "reader", "no-admin", 21), ("http://api.example.com/", "writer", "no-admin", 21)])
    func aDeniedRequestNamesAPolicyAndItsLine(request: String, account: String, policy: String, line: Int) throws {
        let explanation = try explain(request, as: account)
        #expect(explanation.verdict == "denied")
        #expect(explanation.reason == "denied-by-policy")
        #expect(explanation.status == 403)
        let step = try #require(explanation.because.first { $0.subject == "accessRules" && $0.outcome == "failed" })
        #expect(step.object == "AuthorizationPolicy default/\(policy)")
        #expect(step.location?.line == line)
        #expect(explanation.text().contains("AuthorizationPolicy default/\(policy)"))
    }

    @Test func anAllowedRequestTellsItsRetriesTimeoutAndHeaders() throws {
        let explanation = try explain("http://api.example.com/")
        #expect(explanation.verdict == "allowed")
        #expect(explanation.timeoutMilliseconds == 9_000)
        #expect(explanation.retry?.attempts == 3)
        #expect(explanation.retry?.perTryTimeoutMilliseconds == 2_000)
        #expect(explanation.retry?.statuses == [503])
        #expect(explanation.retry?.conditions.contains("5xx") == true)
        #expect(explanation.requestHeaders.contains { $0.action == "set" && $0.name == "x-set" && $0.value == "one" })
        #expect(explanation.requestHeaders.contains { $0.action == "add" && $0.name == "x-add" && $0.value == "two" })
        #expect(explanation.requestHeaders.contains { $0.action == "remove" && $0.name == "x-gone" })
        #expect(explanation.responseHeaders.contains { $0.name == "y-set" && $0.value == "three" })
        let json = explanation.json
        for field in [
            "dns", "listener", "filterChain", "routeConfig", "virtualHost", "route", "cluster", "endpoints", "upstream", "verdict", "reason",
            "because", "retry", "requestHeaders", "responseHeaders", "timeoutMilliseconds",
        ] {
            #expect(json[field] != nil, "\(field)")
        }
    }
}
