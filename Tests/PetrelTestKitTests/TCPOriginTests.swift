import PetrelTestKit
import Testing

@Suite("TCPOrigin")
struct TCPOriginTests {
    @Test("echoes and records")
    func echoes() async throws {
        let origin = try await TCPOrigin.start()
        let client = try await TCPStream.connect(
            to: origin.address, port: origin.port)
        try await client.send("ping")
        #expect(try await client.receive(count: 4) == Array("ping".utf8))
        #expect(origin.connections()[0].received == Array("ping".utf8))
        #expect(origin.connections()[0].peerPort == client.localPort)
    }

    @Test("answers on after the client has finished: half-close")
    func halfClose() async throws {
        let origin = try await TCPOrigin.start { stream in
            let all = try await stream.receiveToEnd()
            try await stream.send("\(all.count) bytes")
        }
        let client = try await TCPStream.connect(
            to: origin.address, port: origin.port)
        try await client.send("12345")
        try await client.finish()
        let answer = try await client.receiveToEnd()
        #expect(String(decoding: answer, as: UTF8.self) == "5 bytes")
        #expect(origin.connections()[0].isPeerFinished)
    }

    @Test("speaks first")
    func greeting() async throws {
        let origin = try await TCPOrigin.start(
            behaviour: TCPOrigin.greeting("220 ready\r\n"))
        let client = try await TCPStream.connect(
            to: origin.address, port: origin.port)
        try await client.receive(containing: "220 ready\r\n")
        try await client.send("EHLO")
        try await client.receive(containing: "EHLO")
    }

    @Test("a client's reset is seen as one")
    func reset() async throws {
        let origin = try await TCPOrigin.start()
        let client = try await TCPStream.connect(
            to: origin.address, port: origin.port)
        try await client.send("x")
        try await client.receive(count: 1)
        await client.reset()
        let connections = try await origin.waitForConnections {
            $0.first?.error != nil
        }
        #expect(connections[0].error?.contains("reset") == true)
    }
}
