import PetrelTestKit
import Testing

@Suite("Origin")
struct OriginTests {
    @Test("records a request exactly as it came")
    func records() async throws {
        let origin = try await Origin.start(pages: ["/a": "page"])
        let client = try await TCPStream.connect(
            to: origin.address, port: origin.port)
        try await client.send(
            "POST /a?b=c HTTP/1.1\r\nhOsT: example.com\r\nX-One: 1\r\n"
                + "x-one: 2\r\nContent-Length: 4\r\n\r\nbody")
        let answer = try await client.answer()
        #expect(answer.status == 200)
        #expect(answer.text == "page")

        let request = try await origin.waitForRequests(1)[0]
        #expect(request.method == "POST")
        #expect(request.target == "/a?b=c")
        #expect(request.path == "/a")
        #expect(request.host == "example.com")
        #expect(request.headers == [
            HeaderField("hOsT", "example.com"), HeaderField("X-One", "1"),
            HeaderField("x-one", "2"), HeaderField("Content-Length", "4"),
        ])
        #expect(request.text == "body")
        #expect(request.connection == 0)
        #expect(request.tls == nil)
    }

    @Test("pipelined requests are answered in order on one connection")
    func pipelining() async throws {
        let origin = try await Origin.start { request in
            .text(request.path)
        }
        let client = try await TCPStream.connect(
            to: origin.address, port: origin.port)
        try await client.send(
            (1...3).map { "GET /\($0) HTTP/1.1\r\nhost: a\r\n\r\n" }.joined())
        for number in 1...3 {
            #expect(try await client.answer().text == "/\(number)")
        }
        #expect(origin.recorded().map(\.connection) == [0, 0, 0])
        #expect(origin.recorded().map(\.number) == [0, 1, 2])
    }

    @Test("chunked bodies and trailers pass in both directions")
    func chunked() async throws {
        let origin = try await Origin.start { _ in
            .chunked(["one", "two"], trailers: [HeaderField("x-sum", "7")])
        }
        let client = try await TCPStream.connect(
            to: origin.address, port: origin.port)
        try await client.send(
            "PUT / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n"
                + "3\r\nabc\r\n2\r\nde\r\n0\r\nx-end: yes\r\n\r\n")
        let answer = try await client.answer()
        #expect(answer.text == "onetwo")
        #expect(answer.trailers == [HeaderField("x-sum", "7")])
        let request = try await origin.waitForRequests(1)[0]
        #expect(request.text == "abcde")
        #expect(request.trailers == [HeaderField("x-end", "yes")])
    }

    @Test("an answer waits for its gate")
    func delayed() async throws {
        let gate = Gate()
        let origin = try await Origin.start { _ in
            .text("late").delayed(until: gate)
        }
        async let answer = HTTPExchange.send(
            to: origin.address, port: origin.port)
        try await gate.waitForArrivals()
        #expect(origin.recorded().count == 1)
        gate.open()
        #expect(try await answer.text == "late")
    }

    @Test("a stalled answer goes on when its gate opens")
    func stalled() async throws {
        let gate = Gate()
        let origin = try await Origin.start { _ in
            .raw("HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nabcd")
                .cut(.stall(after: 41, gate))
        }
        let client = try await TCPStream.connect(
            to: origin.address, port: origin.port)
        try await client.send("GET / HTTP/1.1\r\nhost: a\r\n\r\n")
        try await gate.waitForArrivals()
        #expect(client.received.count <= 41)
        gate.open()
        #expect(try await client.answer().text == "abcd")
    }

    @Test(
        "an answer can break off after any number of bytes",
        arguments: [0, 1, 17, 40])
    func breaksOff(count: Int) async throws {
        let whole = "HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nabcd"
        for cut in [
            OriginResponse.Cut.close(after: count), .reset(after: count),
        ] {
            let origin = try await Origin.start { _ in
                .raw(whole).cut(cut)
            }
            let client = try await TCPStream.connect(
                to: origin.address, port: origin.port)
            try await client.send("GET / HTTP/1.1\r\nhost: a\r\n\r\n")
            try await client.receiveToEnd()
            #expect(client.received == Array(whole.utf8.prefix(count)))
            if case .reset = cut {
                #expect(client.error?.contains("reset") == true)
            } else {
                #expect(client.error == nil)
            }
        }
    }

    @Test("HEAD gets the header fields of GET and no body")
    func head() async throws {
        let origin = try await Origin.start(pages: ["/": "12345"])
        let answer = try await HTTPExchange.send(
            "HEAD", to: origin.address, port: origin.port)
        #expect(answer.header("content-length") == "5")
        #expect(answer.body.isEmpty)
    }

    @Test("a slow reader takes nothing before its gate opens")
    func slowReader() async throws {
        let reading = Gate()
        let origin = try await Origin.start(reading: reading) { _ in
            .text("done")
        }
        async let answer = HTTPExchange.send(
            "POST", body: [UInt8](repeating: 65, count: 100_000),
            to: origin.address, port: origin.port)
        try await reading.waitForArrivals()
        #expect(origin.recorded().isEmpty)
        reading.open()
        #expect(try await answer.text == "done")
        #expect(origin.recorded()[0].body.count == 100_000)
    }

    @Test("expect: 100-continue is answered before the body comes")
    func expectContinue() async throws {
        let origin = try await Origin.start(pages: ["/": "ok"])
        let client = try await TCPStream.connect(
            to: origin.address, port: origin.port)
        try await client.send(
            "POST / HTTP/1.1\r\nhost: a\r\nexpect: 100-continue\r\n"
                + "content-length: 2\r\n\r\n")
        try await client.receive(containing: "100 Continue\r\n\r\n")
        try await client.send("hi")
        #expect(try await client.answer().text == "ok")
    }

    @Test("listens on other loopback addresses", arguments: ["127.0.0.7", "::1"])
    func addresses(address: String) async throws {
        let origin = try await Origin.start(
            address: address, pages: ["/": address])
        let answer = try await HTTPExchange.send(
            host: "any", to: address, port: origin.port)
        #expect(answer.text == address)
        #expect(origin.connections()[0].localAddress == address)
    }

    @Test("after shutdown nothing answers")
    func shutdown() async throws {
        let origin = try await Origin.start(pages: ["/": "x"])
        let client = try await TCPStream.connect(
            to: origin.address, port: origin.port)
        await origin.shutdown()
        try await client.receiveToEnd()
        await #expect(throws: (any Error).self) {
            try await TCPStream.connect(to: origin.address, port: origin.port)
        }
    }
}
