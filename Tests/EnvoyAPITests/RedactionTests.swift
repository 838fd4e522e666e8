import EnvoyAPI
import SwiftProtobuf
import Testing

@Suite struct RedactionTests {
    typealias Secret = Envoy_Extensions_TransportSockets_Tls_V3_Secret

    static let secrets: [Secret] = [
        .with {
            $0.name = "certificate"
            $0.tlsCertificate.certificateChain.inlineString = "PUBLIC"
            $0.tlsCertificate.privateKey.inlineString = "HIDDEN"
            $0.tlsCertificate.password.inlineString = "HIDDEN"
        },
        .with {
            $0.name = "tickets"
            $0.sessionTicketKeys.keys = [.with { $0.inlineString = "HIDDEN" }]
        },
        .with {
            $0.name = "generic"
            $0.genericSecret.secret.inlineString = "HIDDEN"
        },
    ]

    @Test func `a dump holds no key, password or token`() throws {
        let set = ResourceSet(
            listeners: [.with { $0.name = "l" }],
            clusters: [.with { $0.name = "outbound|80||a" }],
            routes: [.with { $0.name = "80" }],
            endpoints: [.with { $0.clusterName = "outbound|80||a" }],
            secrets: Self.secrets)
        let json = try EnvoyJSON.encode(set.configDump(), fieldNames: .original)
        #expect(!json.contains("HIDDEN"))
        #expect(json.contains("PUBLIC"))
        for expected in [
            #""dynamic_active_clusters""#, #""dynamic_listeners""#, #""dynamic_route_configs""#,
            #""dynamic_endpoint_configs""#, #""dynamic_active_secrets""#, "outbound|80||a",
        ] {
            #expect(json.contains(expected))
        }
    }

    @Test func `a set printed by accident shows counts`() {
        let set = ResourceSet(secrets: Self.secrets)
        #expect(!"\(set)".contains("HIDDEN"))
        #expect(!String(reflecting: set).contains("HIDDEN"))
        #expect("\(set)".contains("3 secrets"))
    }

    @Test func `file names stay`() {
        let secret = Secret.with { $0.tlsCertificate.privateKey.filename = "/etc/key.pem" }
        #expect(secret.redacted == secret)
    }
}
