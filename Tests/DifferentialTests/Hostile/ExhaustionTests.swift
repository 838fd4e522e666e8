import ProxyTestSupport
import Testing

/// Peers that take what they can get: memory stays bounded, and others are
/// still served.
@Suite("Hostile input: exhaustion", .serialized)
struct ExhaustionTests {
    @Test("heads that never end hold little, and nobody up")
    func slowHeads() async throws {
        try await BackgroundThread.run {
            let proxy = try SoloProxy(SoloProxy.http)
            #expect(try proxy.isAlive())
            let before = SoloProxy.residentBytes
            let sockets = try (0..<200).map { _ in try BlockingSocket(port: proxy.port) }
            for socket in sockets { socket.send("GET / HTTP/1.1\r\nhost: t\r\nx-slow: ") }
            for socket in sockets { socket.send("a") }
            #expect(try proxy.isAlive())
            #expect(SoloProxy.residentBytes - before < 32 << 20)
            #expect(proxy.recorder.arrivals.count == 2)
        }
    }

    @Test("a client that doesn't read holds a window, not the body")
    func slowReader() async throws {
        try await BackgroundThread.run {
            let proxy = try SoloProxy(SoloProxy.http)
            let size = 32 << 20
            let body = [UInt8](repeating: 120, count: size)
            proxy.origins[0].play([[.send(Array("HTTP/1.1 200 OK\r\ncontent-length: \(size)\r\n\r\n".utf8) + body)]])
            let before = SoloProxy.residentBytes
            let socket = try BlockingSocket(port: proxy.port, receiveBuffer: 4096)
            socket.send("GET / HTTP/1.1\r\nhost: t\r\nconnection: close\r\n\r\n")
            guard case .bytes(let first) = socket.receive(atMost: 1) else {
                Issue.record("nothing came")
                return
            }
            #expect(SoloProxy.residentBytes - before < 16 << 20)
            var count = first.count
            while case .bytes(let more) = socket.receive() { count += more.count }
            #expect(count > size)
        }
    }

    @Test("what is too large is refused", arguments: [
        "GET /\(String(repeating: "a", count: 100_000)) HTTP/1.1\r\nhost: t\r\n\r\n",
        "GET / HTTP/1.1\r\nhost: t\r\nx-large: \(String(repeating: "a", count: 100_000))\r\n\r\n",
        "GET / HTTP/1.1\r\nhost: t\r\n\(String(repeating: "x-many: a\r\n", count: 5000))\r\n",
        "GET / HTTP/1.1\r\nhost: t\r\n\(String(repeating: "a", count: 100_000)): b\r\n\r\n",
        "\(String(repeating: "A", count: 100_000)) / HTTP/1.1\r\nhost: t\r\n\r\n",
    ])
    func tooLarge(_ request: String) async throws {
        try await BackgroundThread.run {
            let proxy = try SoloProxy(SoloProxy.http)
            let answer = try proxy.send(Array(request.utf8))
            #expect(answer.isEmpty || answer.hasPrefix("HTTP/1.1 4"), "\(answer.prefix(100))")
            #expect(proxy.recorder.arrivals.isEmpty)
            #expect(try proxy.isAlive())
        }
    }

    @Test("broken ClientHellos break nothing else")
    func brokenHellos() async throws {
        try await BackgroundThread.run {
            let proxy = try SoloProxy(
                """
                group: solo
                protocol: tcp
                listener:
                  listener_filters:
                  - {name: tls, typed_config: {"@type": filters.listener.tls_inspector.v3.TlsInspector}}
                chains:
                - filter_chain_match: {server_names: [one.example]}
                  filters: [{name: tcp, typed_config: {"@type": filters.network.tcp_proxy.v3.TcpProxy, cluster: $a}}]
                cases: [GET /]
                """)
            let hello = ClientHelloText.record(serverName: "one.example", protocols: ["h2", "http/1.1"])
            for position in hello.indices {
                for value: UInt8 in [0, 0xff, hello[position] ^ 1] {
                    var broken = hello
                    broken[position] = value
                    let socket = try BlockingSocket(port: proxy.port, limit: .milliseconds(500))
                    socket.send(broken)
                    socket.finish()
                }
            }
            proxy.recorder.begin()
            let socket = try BlockingSocket(port: proxy.port)
            socket.send(hello)
            socket.finish()
            #expect(String(decoding: socket.receiveToEnd().bytes, as: UTF8.self).hasSuffix("ok"))
            // A broken one that kept its name may still arrive before it.
            let arrived = proxy.recorder.wait { all in all.contains { $0.bytes == hello } }
            #expect(arrived.contains { $0.bytes == hello })
        }
    }
}
