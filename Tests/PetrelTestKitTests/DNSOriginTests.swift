import PetrelTestKit
import Testing

@Suite("DNSOrigin")
struct DNSOriginTests {
    static let records: [DNSRecord] = [
        .address("one.example", "192.0.2.1"),
        .address("one.example", "192.0.2.2"),
        .address("one.example", "2001:db8::1"),
        .alias("two.example", to: "one.example", ttl: 5),
        .text("note.example", "hello", "world"),
        DNSRecord(
            name: "_http._tcp.example", type: .srv, ttl: 9,
            data: .service(
                priority: 1, weight: 2, port: 80, target: "one.example")),
    ] + (0..<60).map { .address("big.example", "198.51.100.\($0)") }

    @Test(
        "answers from its records over both transports",
        arguments: [DNSOrigin.Transport.udp, .tcp])
    func answers(transport: DNSOrigin.Transport) async throws {
        let origin = try await DNSOrigin.start(records: Self.records)
        let reply = try await DNSExchange.query(
            "oNe.eXample", over: transport, port: origin.port)
        #expect(reply.responseCode == .noError)
        #expect(reply.answers.map(\.addressText) == ["192.0.2.1", "192.0.2.2"])
        let query = try await origin.waitForQueries(1)[0]
        #expect(query.transport == transport)
        #expect(query.question?.name == "oNe.eXample")
    }

    @Test("IPv6 addresses, text, services and aliases survive the wire")
    func types() async throws {
        let origin = try await DNSOrigin.start(records: Self.records)
        let port = origin.port
        let address = try await DNSExchange.query(
            "one.example", .aaaa, port: port)
        #expect(address.answers[0].addressText == "2001:db8::1")
        let text = try await DNSExchange.query("note.example", .txt, port: port)
        #expect(text.answers[0].data == .text(["hello", "world"]))
        let service = try await DNSExchange.query(
            "_http._tcp.example", .srv, port: port)
        #expect(service.answers == [Self.records[5]])
        let alias = try await DNSExchange.query("two.example", port: port)
        #expect(alias.answers.map(\.type) == [.cname, .a, .a])
        #expect(alias.answers[0].data == .name("one.example"))
        #expect(alias.answers[0].ttl == 5)
    }

    @Test("tells a name without data from a name that does not exist")
    func absence() async throws {
        let origin = try await DNSOrigin.start(records: Self.records)
        let noData = try await DNSExchange.query(
            "note.example", .a, port: origin.port)
        #expect(noData.responseCode == .noError)
        #expect(noData.answers.isEmpty)
        let unknown = try await DNSExchange.query(
            "nowhere.example", .a, port: origin.port)
        #expect(unknown.responseCode == .nameError)
    }

    @Test("an answer too big for UDP is cut, and whole over TCP or EDNS")
    func truncates() async throws {
        let origin = try await DNSOrigin.start(records: Self.records)
        let port = origin.port
        let cut = try await DNSExchange.query("big.example", port: port)
        #expect(cut.isTruncated)
        #expect(cut.answers.isEmpty)
        let whole = try await DNSExchange.query(
            "big.example", over: .tcp, port: port)
        #expect(whole.answers.count == 60)
        let extended = try await DNSExchange.query(
            "big.example", port: port, payloadSize: 4096)
        #expect(extended.answers.count == 60)
    }

    @Test("misbehaves as told")
    func misbehaves() async throws {
        let origin = try await DNSOrigin.start(records: Self.records)
        let port = origin.port
        origin.setBehaviour(.fail(.serverFailure), for: "One.Example")
        let failed = try await DNSExchange.query("one.example", port: port)
        #expect(failed.responseCode == .serverFailure)

        let gate = Gate()
        origin.setBehaviour(.delay(gate), for: "one.example")
        async let late = DNSExchange.query("one.example", port: port)
        try await gate.waitForArrivals()
        gate.open()
        #expect(try await late.answers.count == 2)

        origin.setBehaviour(.drop, for: "one.example")
        await #expect(throws: TestKitError.self) {
            try await DNSExchange.query(
                "one.example", port: port, timeout: .milliseconds(50))
        }
        origin.setBehaviour(nil, for: "one.example")
        origin.setRecords([.address("one.example", "192.0.2.77")])
        let changed = try await DNSExchange.query("one.example", port: port)
        #expect(changed.answers.map(\.addressText) == ["192.0.2.77"])
    }

    @Test("dig reads its answers", .enabled(if: Executable.find("dig") != nil))
    func dig() async throws {
        let origin = try await DNSOrigin.start(records: Self.records)
        let result = try await ChildProcess.run(
            "dig",
            ["@127.0.0.1", "-p", "\(origin.port)", "+short", "two.example"])
        #expect(
            result.standardOutput == "one.example.\n192.0.2.1\n192.0.2.2\n")
    }

    @Test(
        "broken messages are refused, not read past their end",
        arguments: [
            [], [0], [UInt8](repeating: 0xff, count: 12),
            // A question whose name is a pointer to itself.
            [0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0xc0, 12, 0, 1, 0, 1],
            // A label longer than the message.
            [0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 40, 65, 65],
        ] as [[UInt8]])
    func malformed(bytes: [UInt8]) {
        #expect(throws: TestKitError.self) {
            try DNSMessage(decoding: bytes)
        }
    }
}
