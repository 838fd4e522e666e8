import PetrelTestKit

/// An HTTP proxy that knows CONNECT, and one place where everything leads.
enum ConnectProxy {
    static func behaviour(to port: Int) -> TCPOrigin.Behaviour {
        { client in
            let head = try await client.receive { bytes in String(decoding: bytes, as: UTF8.self).contains("\r\n\r\n") }
            guard String(decoding: head, as: UTF8.self).hasPrefix("CONNECT ") else {
                try await client.send("HTTP/1.1 405 Method Not Allowed\r\ncontent-length: 0\r\n\r\n")
                return
            }
            _ = try await client.next()
            let server = try await TCPStream.connect(to: "127.0.0.1", port: port)
            try await client.send("HTTP/1.1 200 OK\r\n\r\n")
            await withTaskGroup(of: Void.self) { group in
                group.addTask { try? await copy(client, server) }
                group.addTask { try? await copy(server, client) }
            }
            await server.close()
        }
    }

    private static func copy(_ source: TCPStream, _ target: TCPStream) async throws {
        while let bytes = try await source.next() { try await target.send(bytes) }
        try await target.finish()
    }

    /// The first line that the proxy was sent.
    static func requestLine(_ proxy: TCPOrigin) -> String? {
        guard let received = proxy.connections().first?.received else { return nil }
        return String(decoding: received.prefix { $0 != 13 }, as: UTF8.self)
    }
}
