import Testing

@testable import DataPlane

@Suite struct ConnectionRateTests {
    private func resources(_ origin: ScriptedOrigin, _ fields: String, before: String = "") -> ProxyResources {
        ProxyResources(
            chains: """
                {"filters":[\(before){"name":"tcp","typedConfig":{"@type":\
                "type.googleapis.com/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy","statPrefix":"t","cluster":"origin"\(fields)}}]}
                """, clusters: [ProxyResources.cluster(origin.port)])
    }

    @Test func connectionsAreLimitedByARate() throws {
        let origin = try ScriptedOrigin { socket, origin in
            if let bytes = socket.readSome() { try socket.write(bytes) }
        }
        let limit = """
            {"name":"l","typedConfig":{"@type":"type.googleapis.com/envoy.extensions.filters.network.local_ratelimit.v3.LocalRateLimit",\
            "statPrefix":"l","tokenBucket":{"maxTokens":2,"fillInterval":"3600s"}}},
            """
        let proxy = try TestProxy(resources(origin, "", before: limit))
        var echoes: [Bool] = []
        for _ in 0..<3 {
            let client = try proxy.connect()
            try? client.write("x")
            echoes.append(client.readSome() == [0x78])
        }
        #expect(echoes == [true, true, false])
    }
}
