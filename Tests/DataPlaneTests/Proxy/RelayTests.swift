import Glibc
import Testing

@testable import DataPlane

@Suite struct RelayTests {
    @Test func keepsHalfClosedConnectionsOpen() throws {
        let origin = try ScriptedOrigin { socket, origin in
            let received = try socket.readAllText()
            try socket.write("got \(received)")
        }
        let proxy = try TestProxy(.tcp(to: ProxyResources.cluster(origin.port)))
        let client = try proxy.connect()
        try client.write("question")
        client.finishWriting()
        #expect(try client.readAllText() == "got question")
    }

    @Test func letsTheServerSpeakFirst() throws {
        let origin = try ScriptedOrigin { socket, _ in
            try socket.write("220 ready\r\n")
            let line = socket.readSome() ?? []
            try socket.write("you said " + String(decoding: line, as: UTF8.self))
        }
        // The inspector has nothing to decide: there is one chain.
        var resources = ProxyResources.tcp(to: ProxyResources.cluster(origin.port))
        resources.listenerFields = """
            ,"listenerFiltersTimeout":"0s","listenerFilters":[{"name":"envoy.filters.listener.http_inspector","typedConfig":{"@type":\
            "type.googleapis.com/envoy.extensions.filters.listener.http_inspector.v3.HttpInspector"}}]
            """
        let proxy = try TestProxy(resources)
        let client = try proxy.connect()
        #expect(String(decoding: client.readSome() ?? [], as: UTF8.self) == "220 ready\r\n")
        try client.write("HELO")
        client.finishWriting()
        #expect(try client.readAllText() == "you said HELO")
    }

    @Test func carriesMuchBothWays() throws {
        let origin = try ScriptedOrigin { socket, _ in
            while let more = socket.readSome(), !more.isEmpty { try socket.write(more) }
        }
        let proxy = try TestProxy(.tcp(to: ProxyResources.cluster(origin.port)))
        let client = try proxy.connect()
        let block = (0..<1_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        ScriptedOrigin.thread {
            try? client.write(block)
            client.finishWriting()
        }
        #expect(try client.readAll() == block)
    }

    @Test func resetsWhatTheBlackHoleSwallows() throws {
        let hole = "{\"name\":\"BlackHoleCluster\",\"type\":\"STATIC\",\"connectTimeout\":\"1s\"}"
        let proxy = try TestProxy(.tcp(to: hole, name: "BlackHoleCluster"))
        let client = try proxy.connect()
        #expect(client.readSome() == [])
    }

    @Test(arguments: [1, 2])
    func announcesTheClient(_ version: Int) throws {
        let origin = try ScriptedOrigin { socket, origin in
            origin.note((try socket.readAll()).map { String($0) }.joined(separator: " "))
        }
        let extra = """
            ,"transportSocket":{"name":"envoy.transport_sockets.upstream_proxy_protocol","typedConfig":{"@type":\
            "type.googleapis.com/envoy.extensions.transport_sockets.proxy_protocol.v3.ProxyProtocolUpstreamTransport",\
            "config":{"version":"V\(version)"},"transportSocket":{"name":"envoy.transport_sockets.raw_buffer","typedConfig":{"@type":\
            "type.googleapis.com/envoy.extensions.transport_sockets.raw_buffer.v3.RawBuffer"}}}}
            """
        let proxy = try TestProxy(.tcp(to: ProxyResources.cluster(origin.port, extra: extra)))
        let client = try proxy.connect()
        try client.write("x")
        client.finishWriting()
        _ = try client.readAll()
        let bytes = try #require(origin.notes.first).split(separator: " ").compactMap { UInt8($0) }
        if version == 1 {
            let text = String(decoding: bytes, as: UTF8.self)
            #expect(text.hasPrefix("PROXY TCP4 127.0.0.1 127.0.0.1 "))
            #expect(text.hasSuffix(" \(proxy.port)\r\nx"))
        } else {
            #expect(bytes.count == 16 + 12 + 1)
            #expect(Array(bytes[12..<24]) == [0x21, 0x11, 0, 12, 127, 0, 0, 1, 127, 0, 0, 1])
            #expect(UInt16(bytes[26]) << 8 | UInt16(bytes[27]) == proxy.port)
        }
    }
}
