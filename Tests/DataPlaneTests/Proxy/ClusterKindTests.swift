import EnvoyAPI
import Glibc
import Testing
import TrafficModel

@testable import DataPlane

@Suite struct ClusterKindTests {
    /// A cluster whose endpoints are the hosts that are asked for.
    private var forwardCluster: String {
        """
        {"name":"origin","lbPolicy":"CLUSTER_PROVIDED","connectTimeout":"2s","clusterType":{"name":\
        "envoy.clusters.dynamic_forward_proxy","typedConfig":{"@type":\
        "type.googleapis.com/envoy.extensions.clusters.dynamic_forward_proxy.v3.ClusterConfig",\
        "dnsCacheConfig":{"name":"cache","dnsLookupFamily":"V4_ONLY"}}}}
        """
    }

    private func forwardProxy(_ overrides: [String]) throws -> TestProxy {
        var resources = ProxyResources.proxy(to: forwardCluster)
        let filter = """
            "httpFilters":[{"name":"envoy.filters.http.dynamic_forward_proxy","typedConfig":{"@type":\
            "type.googleapis.com/envoy.extensions.filters.http.dynamic_forward_proxy.v3.FilterConfig",\
            "dnsCacheConfig":{"name":"cache","dnsLookupFamily":"V4_ONLY"}}},
            """
        resources.chains = resources.chains.replacing("\"httpFilters\":[", with: filter)
        let known = try ResolveOverrides(overrides)
        return try TestProxy(resources) {
            $0.overrides = known
            $0.resolvers = ["127.0.0.1:9"]
        }
    }

    @Test func aForwardProxyGoesWhereTheRequestSays() throws {
        let one = try ScriptedOrigin.answering("one")
        let two = try ScriptedOrigin.answering("two")
        let proxy = try forwardProxy([
            "one.example:80:127.0.0.1:\(one.port)", "two.example:8080:127.0.0.1:\(two.port)",
        ])
        for _ in 0..<2 {
            #expect(try proxy.exchange("GET / HTTP/1.1\r\nHost: one.example\r\n\r\n").body == "one")
            #expect(try proxy.exchange("GET / HTTP/1.1\r\nHost: two.example:8080\r\n\r\n").body == "two")
        }
        #expect(try proxy.exchange("GET / HTTP/1.1\r\nHost: 127.0.0.1:\(two.port)\r\n\r\n").body == "two")
        #expect(one.connections == 1)
        let unknown = try proxy.exchange("GET / HTTP/1.1\r\nHost: three.example\r\n\r\n")
        #expect(unknown.startLine.contains("503"))
        #expect(unknown["x-petrel-reason"] == "dns-failure")
    }

    @Test func theServerNameOfAClientPicksTheHost() throws {
        let authority = try TestAuthority("Test CA")
        let pair = try authority.issue("shop.example")
        let origin = try TLSOrigin(certificate: pair.certificate, key: pair.key)
        var resources = ProxyResources.tcp(to: forwardCluster)
        let filter = """
            {"filters":[{"name":"envoy.filters.network.sni_dynamic_forward_proxy","typedConfig":{"@type":\
            "type.googleapis.com/envoy.extensions.filters.network.sni_dynamic_forward_proxy.v3.FilterConfig","portValue":443,\
            "dnsCacheConfig":{"name":"cache","dnsLookupFamily":"V4_ONLY"}}},
            """
        resources.chains = resources.chains.replacing("{\"filters\":[", with: filter)
        resources.listenerFields = """
            ,"listenerFilters":[{"name":"tls","typedConfig":{"@type":\
            "type.googleapis.com/envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector"}}]
            """
        let known = try ResolveOverrides(["shop.example:443:127.0.0.1:\(origin.port)"])
        let proxy = try TestProxy(resources) {
            $0.overrides = known
            $0.resolvers = ["127.0.0.1:9"]
        }
        let answer = Shell.run(
            "curl -sS -o /dev/null -w \"%{http_code}\" --cacert \(authority.certificate) --resolve shop.example:\(proxy.port):127.0.0.1 https://shop.example:\(proxy.port)/")
        #expect(answer.output == "200")
        let other = Shell.run("curl -sS -k --resolve x.example:\(proxy.port):127.0.0.1 https://x.example:\(proxy.port)/")
        #expect(other.status != 0)
    }

    @Test func aHeaderNamesTheOriginalDestination() throws {
        let origin = try ScriptedOrigin.answering("found")
        let cluster = """
            {"name":"origin","type":"ORIGINAL_DST","lbPolicy":"CLUSTER_PROVIDED","connectTimeout":"2s",\
            "originalDstLbConfig":{"useHttpHeader":true}}
            """
        let proxy = try TestProxy(.proxy(to: cluster))
        let good = try proxy.exchange(
            "GET / HTTP/1.1\r\nHost: x\r\nx-envoy-original-dst-host: 127.0.0.1:\(origin.port)\r\n\r\n")
        #expect(good.body == "found")
        // Without the header this connection has no original destination: it
        // was made to the listener itself.
        for header in ["", "x-envoy-original-dst-host: nonsense\r\n"] {
            let answer = try proxy.exchange("GET / HTTP/1.1\r\nHost: x\r\n\(header)\r\n")
            #expect(answer.startLine.contains("503"))
            #expect(answer["x-petrel-reason"] == "no-endpoint")
        }
    }

    @Test func connectionsComeFromTheAddressThatIsBound() throws {
        let origin = try ScriptedOrigin { socket, origin in
            var address = sockaddr_in()
            var length = socklen_t(MemoryLayout<sockaddr_in>.size)
            _ = withUnsafeMutablePointer(to: &address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getpeername(socket.descriptor, $0, &length) }
            }
            origin.note("\(UInt32(bigEndian: address.sin_addr.s_addr) & 0xff)")
            _ = try socket.readMessage()
            try socket.write("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")
        }
        let proxy = try TestProxy(
            .proxy(
                to: ProxyResources.cluster(
                    origin.port, extra: ",\"upstreamBindConfig\":{\"sourceAddress\":{\"address\":\"127.0.0.77\",\"portValue\":0}}")))
        #expect(try proxy.exchange("GET / HTTP/1.1\r\nHost: x\r\n\r\n").startLine.contains("200"))
        #expect(origin.notes == ["77"])
    }

    /// A resolver that knows one name with several addresses of IPv4.
    private func resolver(_ last: [UInt8]) -> FakeResolver {
        FakeResolver { question in
            DNSText.answer(question, records: last.map { DNSText.record(1, ttl: 30, data: [127, 0, 0, $0]) })
        }
    }

    private func namedCluster(_ port: UInt16) -> String {
        ProxyResources.cluster(port, host: "origin.example", type: "LOGICAL_DNS", extra: ",\"dnsLookupFamily\":\"V4_ONLY\"")
    }

    @Test(arguments: [true, false])
    func anotherAddressOfTheNameIsTried(http: Bool) throws {
        let origin = try ScriptedOrigin { socket, _ in
            _ = socket.readSome()
            try socket.write("HTTP/1.1 200 OK\r\ncontent-length: 5\r\nconnection: close\r\n\r\nfound")
        }
        // Nobody listens on the first two.
        let names = resolver([8, 9, 1])
        let cluster = namedCluster(origin.port)
        let proxy = try TestProxy(http ? .proxy(to: cluster) : .tcp(to: cluster)) {
            $0.resolvers = ["127.0.0.1:\(names.port)"]
        }
        #expect(try proxy.exchange("GET / HTTP/1.1\r\nHost: x\r\n\r\n").body == "found")
    }

    @Test func whenNoAddressAnswersTheRequestFailsOnce() throws {
        let gone = try ScriptedOrigin { _, _ in }
        gone.close()
        let names = resolver([8, 9])
        let proxy = try TestProxy(.proxy(to: namedCluster(gone.port))) { $0.resolvers = ["127.0.0.1:\(names.port)"] }
        let answer = try proxy.exchange("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(answer["x-petrel-reason"] == "upstream-connect-failure")
    }

    // MARK: - Tunnels

    private func tunnel(_ port: UInt16, _ config: String, attempts: Int = 1) throws -> TestProxy {
        var resources = ProxyResources.tcp(to: ProxyResources.cluster(port))
        resources.chains = resources.chains.replacing(
            "\"cluster\":\"origin\"",
            with: "\"cluster\":\"origin\",\"maxConnectAttempts\":\(attempts),\"tunnelingConfig\":{\(config)}")
        return try TestProxy(resources)
    }

    /// An HTTP proxy that answers CONNECT and then says everything back.
    private func httpProxy(_ answer: String) throws -> ScriptedOrigin {
        try ScriptedOrigin { socket, origin in
            var head: [UInt8] = []
            while !String(decoding: head, as: UTF8.self).contains("\r\n\r\n") {
                guard let more = socket.readSome(1), !more.isEmpty else { return }
                head += more
            }
            origin.note(String(decoding: head, as: UTF8.self))
            try socket.write(answer)
            while let more = socket.readSome(), !more.isEmpty { try socket.write(more) }
        }
    }

    @Test func bytesGoThroughATunnel() throws {
        let upstream = try httpProxy("HTTP/1.1 200 Connection established\r\nproxy-agent: x\r\n\r\nhello ")
        let proxy = try tunnel(
            upstream.port,
            #""hostname":"target.example:443","headersToAdd":[{"header":{"key":"x-port","value":"%DOWNSTREAM_LOCAL_PORT%"}}]"#)
        let socket = try proxy.connect()
        try socket.write("early")
        var text = ""
        while text.utf8.count < 11, let more = socket.readSome(), !more.isEmpty { text += String(decoding: more, as: UTF8.self) }
        #expect(text == "hello early")
        socket.finishWriting()
        #expect(try socket.readAll().isEmpty)
        #expect(
            upstream.notes == ["CONNECT target.example:443 HTTP/1.1\r\nhost: target.example:443\r\nx-port: \(proxy.port)\r\n\r\n"])
    }

    @Test(arguments: [
        "HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n", "SSH-2.0-OpenSSH\r\n", "HTTP/1.1 407 Proxy Authentication Required\r\n\r\n",
    ])
    func aProxyThatRefusesEndsTheConnection(answer: String) throws {
        let upstream = try httpProxy(answer)
        let proxy = try tunnel(upstream.port, #""hostname":"target.example:443""#, attempts: 2)
        let socket = try proxy.connect()
        #expect(try socket.readAll().isEmpty)
        #expect(upstream.connections == 2)
    }
}
