import PetrelTestKit
import Testing

@Suite("EnvoyProcess", .enabled(if: EnvoyProcess.isAvailable))
struct EnvoyProcessTests {
    @Test("runs a bootstrap, tells its ports and counts")
    func runs() async throws {
        let origin = try await Origin.start(pages: ["/": "through envoy"])
        let envoy = try #require(
            try await EnvoyProcess.start(
                bootstrap: Self.bootstrap(originPort: origin.port)))
        let port = try await envoy.port(ofListener: "front")
        let answer = try await HTTPExchange.send(
            host: "any.example", to: "127.0.0.1", port: port)
        #expect(answer.text == "through envoy")
        #expect(origin.recorded()[0].host == "any.example")
        let counters = try await envoy.statistics(matching: "^cluster.origin")
        #expect(counters["cluster.origin.upstream_rq_total"] == 1)
        #expect(counters.keys.allSatisfy { $0.hasPrefix("cluster.origin") })
    }

    @Test("a bootstrap that Envoy refuses fails with Envoy's words")
    func refused() async {
        await #expect {
            _ = try await EnvoyProcess.start(
                bootstrap: #"{"static_resources": {"no_such_field": 1}}"#)
        } throws: { error in
            String(describing: error).contains("no_such_field")
        }
    }

    static func bootstrap(originPort: Int) -> String {
        """
        static_resources:
          listeners:
          - name: front
            address: {socket_address: {address: 127.0.0.1, port_value: 0}}
            filter_chains:
            - filters:
              - name: envoy.filters.network.http_connection_manager
                typed_config:
                  "@type": type.googleapis.com/envoy.extensions.filters.\
        network.http_connection_manager.v3.HttpConnectionManager
                  stat_prefix: front
                  route_config:
                    name: front
                    virtual_hosts:
                    - name: all
                      domains: ["*"]
                      routes:
                      - match: {prefix: /}
                        route: {cluster: origin}
                  http_filters:
                  - name: envoy.filters.http.router
                    typed_config:
                      "@type": type.googleapis.com/envoy.extensions.filters.\
        http.router.v3.Router
          clusters:
          - name: origin
            type: STATIC
            load_assignment:
              cluster_name: origin
              endpoints:
              - lb_endpoints:
                - endpoint:
                    address:
                      socket_address:
                        {address: 127.0.0.1, port_value: \(originPort)}
        """
    }
}
