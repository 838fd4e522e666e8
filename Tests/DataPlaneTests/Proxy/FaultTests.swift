import Glibc
import Synchronization
import Testing

@testable import DataPlane

@Suite struct FaultTests {
    @Test func triesAgainWhenAWaitingConnectionWasClosed() throws {
        let origin = try ScriptedOrigin { socket, origin in
            // One request for each connection, then the end without a word.
            origin.note(try socket.readMessage())
            try socket.write("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok")
            _ = try socket.readMessage()
            socket.resetOnClose()
        }
        let proxy = try TestProxy(.proxy(to: ProxyResources.cluster(origin.port)))
        let client = try proxy.connect()
        for _ in 0..<5 {
            try client.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(try client.readMessage().body == "ok")
        }
        #expect(origin.notes.count == 5)
    }

    @Test func neverSendsAPostTwice() throws {
        let origin = try ScriptedOrigin { socket, origin in
            origin.note(try socket.readMessage())
            try socket.write("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok")
            origin.note(try socket.readMessage())
            socket.resetOnClose()
        }
        let proxy = try TestProxy(.proxy(to: ProxyResources.cluster(origin.port)))
        let client = try proxy.connect()
        try client.write("POST /1 HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx")
        #expect(try client.readMessage().body == "ok")
        try client.write("POST /2 HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx")
        let answer = try client.readMessage()
        #expect(answer.startLine == "HTTP/1.1 503 Service Unavailable")
        #expect(answer["x-petrel-reason"] == "upstream-reset")
        #expect(origin.notes.count == 2)
    }

    /// The origin resets after each number of bytes of its answer: the client
    /// gets the whole answer, a 5xx, or a connection that ends early; never an
    /// answer that looks whole and isn't.
    @Test func survivesAResetAtEveryByte() throws {
        let answer = "HTTP/1.1 200 OK\r\ncontent-length: 5\r\nx: y\r\n\r\nhello"
        let position = Mutex(0)
        let origin = try ScriptedOrigin { socket, _ in
            _ = try socket.readMessage()
            let count = position.withLock { $0 }
            try socket.write(Array(answer.utf8.prefix(count)))
            if count % 2 == 0 { socket.resetOnClose() }
        }
        let proxy = try TestProxy(.proxy(to: ProxyResources.cluster(origin.port)))
        for count in 0...answer.utf8.count {
            position.withLock { $0 = count }
            let client = try proxy.connect()
            try client.write("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            let bytes = try client.readAll()
            guard let message = HTTPText(bytes) else { continue }
            if message.startLine == "HTTP/1.1 200 OK" {
                #expect(message.body == "hello")
            } else {
                #expect(message.startLine.hasPrefix("HTTP/1.1 50"), "\(count): \(message.startLine)")
            }
        }
    }

    @Test(arguments: [
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        "HTTP/1.1 200 OK\nContent-Length: 1\n\nx",
        "HTTP/1.1 200 OK\r\nA : b\r\n\r\n",
        "SSH-2.0-OpenSSH_9.0\r\n",
        "HTTP/1.1 101 Switching Protocols\r\n\r\n",
    ])
    func refusesMalformedAnswers(_ text: String) throws {
        let origin = try ScriptedOrigin { socket, _ in
            _ = try socket.readMessage()
            try socket.write(text)
            _ = socket.readSome()
        }
        let proxy = try TestProxy(.proxy(to: ProxyResources.cluster(origin.port)))
        let answer = try proxy.exchange("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(answer.startLine == "HTTP/1.1 502 Bad Gateway")
        #expect(answer["x-petrel-reason"] == "protocol-error")
    }

    @Test func answersInTimeForAnOriginThatDoesNot() throws {
        let origin = try ScriptedOrigin { socket, _ in
            _ = try socket.readMessage()
            _ = socket.readSome()
        }
        let proxy = try TestProxy(.proxy(to: ProxyResources.cluster(origin.port), route: ",\"timeout\":\"0.05s\""))
        let answer = try proxy.exchange("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(answer.startLine == "HTTP/1.1 504 Gateway Timeout")
        #expect(answer["x-petrel-reason"] == "upstream-timeout")
    }

    /// A client that doesn't read stops the origin, and not the memory.
    @Test func slowReadersHoldTheOriginBack() throws {
        let sent = Atomic<Int>(0)
        let total = 64 << 20
        let origin = try ScriptedOrigin { socket, _ in
            _ = try socket.readMessage()
            try socket.write("HTTP/1.1 200 OK\r\ncontent-length: \(total)\r\n\r\n")
            let block = [UInt8](repeating: 0x61, count: 65_536)
            for _ in 0..<total / block.count {
                try socket.write(block)
                sent.add(block.count, ordering: .relaxed)
            }
        }
        let proxy = try TestProxy(.proxy(to: ProxyResources.cluster(origin.port)))
        let client = try RawSocket(port: proxy.port, receiveBuffer: 16_384)
        try client.write("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        // Wait until the origin stands still: the same count for a while.
        var last = -1
        var still = 0
        while still < 20 {
            let now = sent.load(ordering: .relaxed)
            still = now == last ? still + 1 : 0
            last = now
            usleep(10_000)
        }
        #expect(last < 24 << 20, "the origin could send \(last) bytes to a client that reads none")
        let all = try client.readAll()
        #expect(all.count > total)
        #expect(sent.load(ordering: .relaxed) == total)
    }

    @Test func endsTheRequestOfAClientThatLeaves() throws {
        let origin = try ScriptedOrigin { socket, origin in
            _ = try socket.readMessage()
            // The end of stream that the proxy passes on.
            if let rest = socket.readSome(), rest.isEmpty { origin.note("gone") }
        }
        let proxy = try TestProxy(.proxy(to: ProxyResources.cluster(origin.port)))
        do {
            let client = try proxy.connect()
            try client.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            while origin.connections == 0 { usleep(1000) }
        }
        for _ in 0..<500 where origin.notes.isEmpty { usleep(10_000) }
        #expect(origin.notes == ["gone"])
    }
}

