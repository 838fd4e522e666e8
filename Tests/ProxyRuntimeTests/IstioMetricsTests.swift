import DataPlane
import PetrelTestKit
import Telemetry
import Testing

@testable import ProxyRuntime

@Suite(.timeLimit(.minutes(1))) struct IstioMetricsTests {
    private func bootstrap(_ port: Int) -> String {
        """
        {"node": {"id": "n", "metadata": {"WORKLOAD_NAME": "sleep-v1", "NAMESPACE": "shop", "CLUSTER_ID": "east", "SERVICE_ACCOUNT": "sleep",
            "LABELS": {"app": "sleep", "version": "v1", "service.istio.io/canonical-name": "sleep", "service.istio.io/canonical-revision": "r1"}}},
         "static_resources": {
          "clusters": [{"name": "outbound|80||web.example", "type": "STATIC", "connect_timeout": "1s",
            "metadata": {"filter_metadata": {"istio": {"services": [{"host": "web.example", "name": "web", "namespace": "far"}]}}},
            "load_assignment": {"cluster_name": "c", "endpoints": [{"lb_endpoints": [{"endpoint": {
              "address": {"socket_address": {"address": "127.0.0.1", "port_value": \(port)}}}}]}]}}],
          "listeners": [{"name": "out", "traffic_direction": "OUTBOUND", "address": {"socket_address": {"address": "127.0.0.1", "port_value": 0}}, "filter_chains": [{"filters": [{
            "name": "envoy.filters.network.http_connection_manager", "typed_config": {
              "@type": "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
              "stat_prefix": "in", "route_config": {"name": "r", "virtual_hosts": [{"name": "all", "domains": ["web.example"],
                "routes": [{"match": {"prefix": "/"}, "route": {"cluster": "outbound|80||web.example"}}]}]},
              "http_filters": [{"name": "envoy.filters.http.router", "typed_config": {
                "@type": "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router"}}]}}]}]}]}}
        """
    }

    @Test func `Requests are counted by source, destination and result`() async throws {
        let origin = try await Origin.start { _ in .text("origin") }
        var configuration = DataPlaneConfiguration()
        configuration.concurrency = 2
        let proxy = ProxyInstance(try ProxyBootstrap(json: bootstrap(origin.port)), configuration: configuration)
        try await proxy.start()
        let port = Int(try #require(proxy.workload.boundPort(listener: "out")))
        for _ in 0..<3 {
            _ = try await HTTPExchange.send("GET", "/", host: "web.example", to: "127.0.0.1", port: port)
        }
        _ = try await HTTPExchange.send("GET", "/", host: "other.example", to: "127.0.0.1", port: port)
        await proxy.drain(deadline: .zero)
        await origin.shutdown()

        let source = """
            reporter="source",source_workload="sleep-v1",source_canonical_service="sleep",source_canonical_revision="r1",\
            source_workload_namespace="shop",source_principal="spiffe://cluster.local/ns/shop/sa/sleep",source_app="sleep",\
            source_version="v1",source_cluster="east",destination_workload="unknown",destination_workload_namespace="unknown",\
            destination_principal="unknown",destination_app="unknown",destination_version="unknown",
            """
        let lines = proxy.plane.metrics.prometheusText().split(separator: "\n").filter { $0.hasPrefix("istio_requests_total") }
        #expect(lines.count == 2)
        let routed = try #require(lines.first { $0.contains("response_code=\"200\"") })
        #expect(routed.hasPrefix("istio_requests_total{\(source)destination_service=\"web.example\""))
        #expect(routed.contains("destination_service_name=\"web\",destination_service_namespace=\"far\""))
        #expect(routed.hasSuffix(
            "request_protocol=\"http\",response_code=\"200\",grpc_response_status=\"\",response_flags=\"-\",connection_security_policy=\"unknown\"} 3"))
        let lost = try #require(lines.first { $0.contains("response_flags=\"NR\"") })
        #expect(lost.contains("destination_service=\"unknown\""))
        #expect(proxy.plane.metrics.prometheusText().contains("istio_request_duration_milliseconds_count{reporter=\"source\""))
    }
}
