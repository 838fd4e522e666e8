import ConfigGeneration
import EnvoyAPI
import ServiceRegistry
import Testing

@Suite("Faults that say too little")
struct FaultTests {
    /// Envoy takes neither a delay without a time nor an abort without an answer.
    @Test(arguments: ["delay: {percentage: {value: 10}}", "abort: {percentage: {value: 10}}"])
    func areLeftOut(_ fault: String) throws {
        let snapshot = try Generated.snapshot(
            """
            apiVersion: networking.istio.io/v1
            kind: ServiceEntry
            metadata: {name: api}
            spec:
              hosts: [api.example.com]
              ports: [{number: 80, name: http, protocol: HTTP}]
              resolution: DNS
            ---
            apiVersion: networking.istio.io/v1
            kind: VirtualService
            metadata: {name: api}
            spec:
              hosts: [api.example.com]
              http: [{fault: {\(fault)}, route: [{destination: {host: api.example.com}}]}]
            """)
        let routes = ConfigGenerator(snapshot: snapshot).generate(for: ProxyIdentity(ips: ["10.0.0.1"])).resources.routes
        let route = try #require(routes.flatMap(\.virtualHosts).first { $0.name == "api.example.com:80" }?.routes.first)
        #expect(route.typedPerFilterConfig.isEmpty)
    }
}
