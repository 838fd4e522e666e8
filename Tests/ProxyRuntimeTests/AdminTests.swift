import DataPlane
import DiscoveryClient
import EnvoyAPI
import Foundation
import PetrelTestKit
import SwiftProtobuf
import Testing

@testable import ProxyRuntime

@Suite(.timeLimit(.minutes(2))) struct AdminTests {
    private static let canary = "-----BEGIN PRIVATE KEY-----canary"

    private func bootstrap(_ port: Int) -> String {
        """
        {"node": {"id": "n", "cluster": "c"}, "static_resources": {
          "secrets": [{"name": "own", "tls_certificate": {"certificate_chain": {"filename": "/c.pem"}, "private_key": {"inline_string": "\(Self.canary)"}}}],
          "clusters": [{"name": "app", "type": "STATIC", "connect_timeout": "1s", "circuit_breakers": {"thresholds": [{"max_connections": 7}]},
            "load_assignment": {"cluster_name": "app", "endpoints": [{"lb_endpoints": [{"endpoint": {
              "address": {"socket_address": {"address": "127.0.0.1", "port_value": \(port)}}}}]}]}}],
          "listeners": [{"name": "in", "address": {"socket_address": {"address": "127.0.0.1", "port_value": 0}}, "filter_chains": [{"filters": [{
            "name": "envoy.filters.network.http_connection_manager", "typed_config": {
              "@type": "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
              "stat_prefix": "in", "route_config": {"name": "r", "virtual_hosts": [{"name": "all", "domains": ["*"],
                "routes": [{"match": {"prefix": "/"}, "route": {"cluster": "app"}}]}]},
              "http_filters": [{"name": "envoy.filters.http.router", "typed_config": {
                "@type": "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router"}}]}}]}]}]}}
        """
    }

    /// Asks a running proxy that has carried one request.
    private func ask(_ lines: [String]) async throws -> [AdminReply] {
        let origin = try await Origin.start { _ in .text("origin") }
        var configuration = DataPlaneConfiguration()
        configuration.concurrency = 2
        let proxy = ProxyInstance(try ProxyBootstrap(json: bootstrap(origin.port)), configuration: configuration)
        try await proxy.start()
        let port = try #require(proxy.workload.boundPort(listener: "in"))
        _ = try await HTTPExchange.send("GET", "/", to: "127.0.0.1", port: Int(port))
        let admin = ProxyAdmin(proxy) {}
        let replies = try lines.map { line in admin.answer(try #require(AdminRequest(line: line))) }
        await proxy.drain(deadline: .zero)
        await origin.shutdown()
        return replies
    }

    @Test func `The dump has what istioctl reads, and no key`() async throws {
        let reply = try await ask(["GET /config_dump?include_eds HTTP/1.1"])[0]
        #expect(reply.status == 200)
        let tree = try #require(try JSONSerialization.jsonObject(with: Data(reply.body.utf8)) as? [String: Any])
        let configs = try #require(tree["configs"] as? [[String: Any]])
        let kinds = configs.compactMap { ($0["@type"] as? String)?.split(separator: ".").last }
        #expect(kinds == [
            "BootstrapConfigDump", "ClustersConfigDump", "EndpointsConfigDump", "EcdsConfigDump", "ListenersConfigDump", "RoutesConfigDump",
            "SecretsConfigDump",
        ])
        let clusters = try #require(configs[1]["static_clusters"] as? [[String: Any]])
        #expect((clusters[0]["cluster"] as? [String: Any])?["name"] as? String == "app")
        #expect(!reply.body.contains("canary"))
        #expect(reply.body.contains("[redacted]"))
    }

    @Test func `A part of the dump can be asked for`() async throws {
        let replies = try await ask([
            "GET /config_dump?resource=static_clusters HTTP/1.1", "GET /config_dump?resource=nothing HTTP/1.1",
            "GET /config_dump?name_regex=%5Ezzz&resource=static_listeners HTTP/1.1",
        ])
        #expect(replies[0].body.contains("\"app\"") && !replies[0].body.contains("virtual_hosts"))
        #expect(replies[1].status == 404)
        #expect(replies[2].status == 200 && !replies[2].body.contains("\"in\""))
    }

    @Test func `Clusters are shown with their endpoints`() async throws {
        let replies = try await ask(["GET /clusters HTTP/1.1", "GET /clusters?format=json HTTP/1.1"])
        #expect(replies[0].body.contains("app::default_priority::max_connections::7\n"))
        #expect(replies[0].body.contains("app::added_via_api::false\n"))
        #expect(replies[0].body.contains("::health_flags::healthy\n"))
        // One worker keeps the connection that carried the request.
        #expect(replies[0].body.contains("::cx_active::1\n"))
        let message = try EnvoyJSON.decode(Envoy_Admin_V3_Clusters.self, from: replies[1].body)
        #expect(message.clusterStatuses[0].hostStatuses[0].address.socketAddress.address == "127.0.0.1")
        #expect(message.clusterStatuses[0].hostStatuses[0].healthStatus.edsHealthStatus == .healthy)
    }

    @Test func `Statistics in three formats, filtered`() async throws {
        let replies = try await ask([
            "GET /stats?filter=cluster.app HTTP/1.1", "GET /stats?format=json&usedonly HTTP/1.1",
            "GET /stats/prometheus HTTP/1.1", "GET /stats?filter=%5B HTTP/1.1",
        ])
        #expect(replies[0].body.contains("cluster.app.upstream_rq_total: 1\n"))
        #expect(!replies[0].body.contains("server.live"))
        #expect(replies[1].body.contains("{\"name\":\"server.live\",\"value\":1}"))
        #expect(!replies[1].body.contains("\"value\":0}"))
        #expect(replies[2].body.contains("envoy_cluster_upstream_rq_total{envoy_cluster_name=\"app\"} 1\n"))
        #expect(replies[2].body.contains("# TYPE petrel_request_duration_milliseconds histogram\n"))
        #expect(replies[3].status == 400)
    }

    @Test func `State, listeners and certificates`() async throws {
        let replies = try await ask([
            "GET /ready HTTP/1.1", "GET /server_info HTTP/1.1", "GET /listeners HTTP/1.1", "GET /listeners?format=json HTTP/1.1",
            "GET /certs HTTP/1.1", "POST /healthcheck/fail HTTP/1.1", "GET /ready HTTP/1.1", "POST /healthcheck/ok HTTP/1.1",
            "GET /ready HTTP/1.1", "GET /memory HTTP/1.1",
        ])
        #expect(replies[0].body == "LIVE\n")
        #expect(replies[1].body.contains("\"LIVE\"") || !replies[1].body.contains("\"state\""))
        #expect(replies[1].body.contains("petrel-proxy/"))
        #expect(replies[2].body.hasPrefix("in::127.0.0.1:"))
        #expect(!replies[2].body.hasSuffix(":0\n"))
        #expect(replies[3].body.contains("\"local_address\""))
        #expect(replies[4].body.contains("/c.pem") && !replies[4].body.contains("canary"))
        #expect(replies[6].status == 503)
        #expect(replies[8].status == 200)
        #expect(replies[9].body.contains("physical_memory"))
    }

    @Test func `What changes something wants POST`() async throws {
        let replies = try await ask(["GET /quitquitquit HTTP/1.1", "GET /nothing HTTP/1.1", "GET / HTTP/1.1"])
        #expect(replies.map(\.status) == [405, 404, 200])
        #expect(replies[2].body.contains("/config_dump"))
    }

    @Test(arguments: [
        ("GET /a?x=1&y HTTP/1.1", ["x": "1", "y": ""]), ("GET /a?f=a%2Bb+c HTTP/1.0", ["f": "a+b c"]), ("GET /a HTTP/1.1", [:]),
    ] as [(String, [String: String])])
    func `Parameters are decoded`(line: String, query: [String: String]) {
        #expect(AdminRequest(line: line)?.query == query)
        #expect(AdminRequest(line: line)?.path == "/a")
    }

    @Test func `What isn't a request isn't answered as one`() {
        for line in ["", "GET /", "GET / HTTP/2.0", "a b c d"] { #expect(AdminRequest(line: line) == nil) }
    }
}
