import EnvoyAPI
import Testing

@testable import TrafficModel

struct AccessRulesTests {
    private func rules(_ json: String) throws -> (AccessRules, Arena) {
        let arena = Arena()
        var compiler = AccessRulesCompiler(arena: arena)
        return (try compiler.rules(EnvoyJSON.decode(from: json), shadow: nil), arena)
    }

    /// Permission, principal, whether the request below matches.
    static let conditions: [(String, String, Bool)] = [
        (#"{"any": true}"#, #"{"any": true}"#, true),
        (#"{"destinationPort": 443}"#, #"{"any": true}"#, true),
        (#"{"destinationPort": 80}"#, #"{"any": true}"#, false),
        (#"{"destinationPortRange": {"start": 400, "end": 444}}"#, #"{"any": true}"#, true),
        (#"{"destinationPortRange": {"start": 400, "end": 443}}"#, #"{"any": true}"#, false),
        (#"{"destinationIp": {"addressPrefix": "10.0.0.0", "prefixLen": 8}}"#, #"{"any": true}"#, true),
        (#"{"requestedServerName": {"exact": "api.example.com"}}"#, #"{"any": true}"#, true),
        (#"{"urlPath": {"path": {"prefix": "/admin"}}}"#, #"{"any": true}"#, true),
        (#"{"urlPath": {"path": {"suffix": "q=1"}}}"#, #"{"any": true}"#, false),
        (#"{"header": {"name": ":method", "stringMatch": {"exact": "GET"}}}"#, #"{"any": true}"#, true),
        (#"{"notRule": {"header": {"name": ":method", "stringMatch": {"exact": "GET"}}}}"#, #"{"any": true}"#, false),
        (#"{"andRules": {"rules": [{"any": true}, {"destinationPort": 80}]}}"#, #"{"any": true}"#, false),
        (#"{"orRules": {"rules": [{"destinationPort": 1}, {"destinationPort": 2}, {"destinationPort": 443}]}}"#, #"{"any": true}"#, true),
        (#"{"any": true}"#, #"{"remoteIp": {"addressPrefix": "192.0.2.0", "prefixLen": 24}}"#, true),
        (#"{"any": true}"#, #"{"directRemoteIp": {"addressPrefix": "192.0.2.0", "prefixLen": 24}}"#, false),
        (#"{"any": true}"#, #"{"authenticated": {"principalName": {"exact": "spiffe://td/ns/a/sa/b"}}}"#, true),
        (#"{"any": true}"#, #"{"authenticated": {}}"#, true),
        (#"{"any": true}"#, #"{"notId": {"authenticated": {}}}"#, false),
        (#"{"any": true}"#, #"{"filterState": {"key": "io.istio.peer_principal", "stringMatch": {"safeRegex": {"regex": ".*/ns/a/.*"}}}}"#, true),
        (#"{"any": true}"#, #"{"orIds": {"ids": [{"notId": {"any": true}}, {"andIds": {"ids": [{"any": true}, {"any": true}]}}]}}"#, true),
    ]

    @Test(arguments: conditions, ["ALLOW", "DENY", "LOG"])
    func policiesMatchWhatTheySay(condition: (String, String, Bool), action: String) throws {
        let (rules, arena) = try rules(
            #"{"action": "\#(action)", "policies": {"p": {"permissions": [\#(condition.0)], "principals": [\#(condition.1)]}}}"#)
        let verdict = try evaluate(rules)
        #expect(verdict.policy == (condition.2 ? 0 : -1))
        switch action {
        case "ALLOW": #expect(verdict.allowed == condition.2)
        case "DENY": #expect(verdict.allowed != condition.2)
        default: #expect(verdict.allowed)
        }
        withExtendedLifetime(arena) {}
    }

    private func evaluate(_ rules: AccessRules) throws -> AccessVerdict {
        var facts = ConnectionFacts(
            destination: try #require(IPAddress("10.1.2.3")), port: 443, source: try #require(IPAddress("192.0.2.1")))
        facts.directSourceAddress = try #require(IPAddress("198.51.100.1"))
        return "api.example.com".withBuffer { sni in
            "spiffe://td/ns/a/sa/b".withBuffer { identity in
                facts.sni = sni
                facts.peerIdentity = identity
                return RequestText(path: "/admin?q=1", authority: "h").withView { rules.evaluate(facts, $0) }
            }
        }
    }

    @Test func policiesAreTriedInTheOrderOfTheirNames() throws {
        let (rules, arena) = try rules(
            """
            {"policies": {"b": {"permissions": [{"any": true}], "principals": [{"any": true}]},
                          "a": {"permissions": [{"destinationPort": 1}], "principals": [{"any": true}]}}}
            """)
        let verdict = try evaluate(rules)
        #expect(rules.policies[Int(verdict.policy)].name.string == "b")
        withExtendedLifetime(arena) {}
    }

    @Test func aLongListNeedsNoMoreRoomThanAShortOne() throws {
        let many = (0..<500).map { #"{"destinationPort": \#($0)}"# }.joined(separator: ", ")
        let (rules, arena) = try rules(
            #"{"policies": {"p": {"permissions": [\#(many)], "principals": [{"any": true}]}}}"#)
        #expect(try evaluate(rules).allowed)
        withExtendedLifetime(arena) {}
    }

    static let filter = """
        {"name": "envoy.filters.http.rbac", "typedConfig": {"@type": "type.googleapis.com/envoy.extensions.filters.http.rbac.v3.RBAC",
          "rules": {"action": "DENY", "policies": {"no": {"permissions": [{"urlPath": {"path": {"prefix": "/x"}}}], "principals": [{"any": true}]}}},
          "shadowRules": {"action": "DENY", "policies": {"dry": {"permissions": [{"any": true}], "principals": [{"any": true}]}}}}}
        """
    static let off = """
        "typedPerFilterConfig": {"envoy.filters.http.rbac": {"@type": "type.googleapis.com/envoy.extensions.filters.http.rbac.v3.RBACPerRoute"}}
        """

    @Test(arguments: [("/x", false), ("/x/free", true), ("/y", true), ("/none", true)])
    func requestsAreRefusedBeforeTheyAreSent(path: String, passes: Bool) throws {
        let tables = try Fixture.tables(
            routes: """
                [{"match": {"path": "/none"}, "directResponse": {"status": 204}},
                 {"match": {"prefix": "/x/free"}, "route": {"cluster": "a"}, \(Self.off)},
                 {"match": {"prefix": "/"}, "route": {"cluster": "a"}}]
                """, filters: [Self.filter])
        let outcome = try tables.request(RequestText(path: path, authority: "h"))
        #expect((outcome.decision.reason != .deniedByPolicy) == passes)
        if !passes {
            #expect(outcome.decision.verdict == .denied)
            #expect(outcome.decision.status == 403)
            #expect(!outcome.decision.access.shadowAllowed)
        }
    }
}
