import EnvoyAPI
import SwiftProtobuf
import Synchronization
import Testing

@testable import TrafficModel

/// Envoy resources as their JSON, which is how people know them.
enum Fixture {
    static let router = """
        {"name": "envoy.filters.http.router", "typedConfig":
          {"@type": "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router"}}
        """

    static func listener(_ json: String) throws -> Envoy_Config_Listener_V3_Listener {
        try EnvoyJSON.decode(from: json)
    }

    static func cluster(_ json: String) throws -> Envoy_Config_Cluster_V3_Cluster {
        try EnvoyJSON.decode(from: json)
    }

    static func routes(_ json: String) throws -> Envoy_Config_Route_V3_RouteConfiguration {
        try EnvoyJSON.decode(from: json)
    }

    static func manager(routes: String, filters: [String] = [], extra: String = "") -> String {
        let all = (filters + [router]).joined(separator: ", ")
        return """
            {"name": "hcm", "typedConfig": {
              "@type": "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
              "statPrefix": "s", "rds": {"routeConfigName": "\(routes)", "configSource": {"ads": {}}},
              "httpFilters": [\(all)] \(extra)}}
            """
    }

    static func tcp(_ cluster: String) -> String {
        """
        {"name": "tcp", "typedConfig": {
          "@type": "type.googleapis.com/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy",
          "statPrefix": "s", "cluster": "\(cluster)"}}
        """
    }

    /// A listener on any address and port 80 that speaks HTTP by routes `80`.
    static func httpListener(filters: [String] = [], extra: String = "") throws -> Envoy_Config_Listener_V3_Listener {
        try listener(
            """
            {"name": "0.0.0.0_80", "address": {"socketAddress": {"address": "0.0.0.0", "portValue": 80}},
             "bindToPort": false, "filterChains": [{"filters": [\(manager(routes: "80", filters: filters, extra: extra))]}]}
            """)
    }

    /// A cluster with one address, so that it has an endpoint.
    static func fixedCluster(_ name: String) -> Envoy_Config_Cluster_V3_Cluster {
        .with {
            $0.name = name
            $0.type = .static
            $0.loadAssignment = .with {
                $0.endpoints = [
                    .with { $0.lbEndpoints = [.with { $0.endpoint.address = .socket(host: "192.0.2.1", port: 80) }] }
                ]
            }
        }
    }

    /// Plans point into the memory of their tables. Tests read them without
    /// thinking of that, so every table of a test stays.
    private static let kept = Mutex<[TrafficTables]>([])

    static func compile(_ resources: ResourceSet) throws -> TrafficTables {
        let (tables, rejections) = TrafficTables.compile(resources)
        kept.withLock { $0.append(tables) }
        try #require(rejections.isEmpty, "\(rejections)")
        return tables
    }

    /// Tables with one HTTP listener and one virtual host of the given routes.
    static func tables(
        routes: String, clusters: [String] = ["a", "b", "c"], filters: [String] = [], host: String = "",
        configuration: String = "", manager: String = ""
    ) throws -> TrafficTables {
        try compile(
            ResourceSet(
                listeners: [httpListener(filters: filters, extra: manager)],
                clusters: clusters.map(fixedCluster),
                routes: [
                    Fixture.routes(
                        """
                        {"name": "80", "virtualHosts": [{"name": "vh", "domains": ["*"], "routes": \(routes) \(host)}]
                         \(configuration)}
                        """)
                ]))
    }
}

/// The outcome of one request, in words.
struct Outcome {
    var decision: RequestDecision
    var cluster: String
    var path: String
    var authority: String
    var location: String
}

extension TrafficTables {
    /// Decides one request on the only listener, with every recorder agreeing.
    func request(
        _ request: RequestText, facts: ConnectionFacts = ConnectionFacts(destination: IPAddress(v4: 0x01020304), port: 80),
        random: UInt64 = 0
    ) throws -> Outcome {
        let connection = decide(facts, on: 0, random: random)
        try #require(connection.handling == .http, "\(connection.reason)")
        return request.withView { view in
            let decision = decide(view, on: connection, facts: facts, random: random)
            var recorder = StepRecorder()
            let explained = explain(view, on: connection, facts: facts, random: random, recorder: &recorder)
            #expect(explained.route == decision.route && explained.reason == decision.reason)
            #expect(!recorder.steps.isEmpty)
            var outcome = Outcome(decision: decision, cluster: "", path: "", authority: "", location: "")
            let context = FormatContext(facts: facts, request: view)
            if decision.cluster >= 0 {
                outcome.cluster = clusters[Int(decision.cluster)].name.string
                outcome.path = ByteWriter.string { writePath(decision, context, into: &$0) }
                outcome.authority = ByteWriter.string {
                    writeAuthority(
                        decision, context, endpointHostname: endpoints(ofCluster: Int(decision.cluster))[0].hostname,
                        into: &$0)
                }
            } else if decision.status / 100 == 3 {
                outcome.location = ByteWriter.string { writeLocation(decision, context, into: &$0) }
            }
            return outcome
        }
    }
}

extension String {
    func withBuffer<Result>(_ body: (UnsafeBufferPointer<UInt8>) throws -> Result) rethrows -> Result {
        var copy = self
        return try copy.withUTF8(body)
    }
}

/// A generator with a seed, so that a failure can be repeated.
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
        return value ^ value >> 31
    }
}
