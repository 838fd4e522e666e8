import CPetrelSystem
import EnvoyAPI
import Glibc
import Synchronization
import Testing
import TrafficModel

@testable import DataPlane

/// A resolver on 127.0.0.1 that answers as a test says.
final class FakeResolver: Sendable {
    let port: UInt16
    private let count = Atomic<Int>(0)
    var questions: Int { count.load(ordering: .relaxed) }

    init(_ answer: @escaping @Sendable ([UInt8]) -> [UInt8]?) {
        let socket = Datagrams.bound()
        port = socket.port
        ScriptedOrigin.thread { [self] in
            while let question = Datagrams.receive(socket.descriptor) {
                count.add(1, ordering: .relaxed)
                guard let reply = answer(question.bytes) else { continue }
                var peer = question.peer
                var local = question.peer
                local.family = 0
                _ = reply.withUnsafeBytes {
                    petrel_datagram_send(socket.descriptor, $0.baseAddress, $0.count, &peer, &local)
                }
            }
            close(socket.descriptor)
        }
    }
}

/// A data plane with a DNS server on free ports.
private final class DNSProxy: Sendable {
    let plane: DataPlane
    let udp: UInt16
    let tcp: UInt16

    init(resolver: UInt16, names: [String: [String]]) throws {
        var configuration = DataPlaneConfiguration()
        configuration.concurrency = 1
        configuration.resolvers = ["127.0.0.1:\(resolver)"]
        configuration.usesHostsFile = false
        plane = DataPlane(configuration)
        plane.start()
        var table = Istio_Networking_Nds_V1_NameTable()
        for (name, addresses) in names {
            var info = Istio_Networking_Nds_V1_NameTable.NameInfo()
            info.ips = addresses
            info.registry = "External"
            table.table[name] = info
        }
        let workload = plane.makeWorkload("dns", bindsListeners: false)
        workload.publish(TrafficTables.compile(ResourceSet(nameTable: table)).tables)
        let datagrams = Datagrams.bound()
        let stream = Datagrams.listening()
        udp = datagrams.port
        tcp = stream.port
        _ = workload.attach(capture: [], dnsUDP: [datagrams.descriptor], dnsTCP: [stream.descriptor])
    }

    deinit { plane.stop() }

    func ask(_ host: String, type: UInt16 = 1, edns: UInt16 = 0) throws -> [UInt8] {
        try #require(Datagrams.ask(DNSText.query(host, type: type, edns: edns), port: udp))
    }
}

@Suite struct DNSServerTests {
    private static let silent = FakeResolver { _ in nil }

    @Test func answersDeclaredNames() throws {
        let proxy = try DNSProxy(resolver: Self.silent.port, names: ["api.example.com": ["248.6.56.91"], "*.wild.example": ["10.0.0.1"]])
        let answer = try proxy.ask("API.example.com")
        #expect(answer[0] == 0x12 && answer[1] == 0x34)
        #expect(answer[2] & 0x84 == 0x84)
        #expect(answer[3] & 15 == 0)
        #expect(DNSText.addresses(answer) == [[248, 6, 56, 91]])
        // Known, but not in this family: no error and no record.
        let none = try proxy.ask("api.example.com", type: 28)
        #expect(none[3] & 15 == 0)
        #expect(DNSText.addresses(none, type: 28).isEmpty)
        #expect(DNSText.addresses(try proxy.ask("a.b.wild.example")) == [[10, 0, 0, 1]])
    }

    @Test func answersOverTCP() throws {
        let proxy = try DNSProxy(resolver: Self.silent.port, names: ["a.example": ["10.0.0.1"]])
        let socket = try RawSocket(port: proxy.tcp)
        let query = DNSText.query("a.example", type: 1)
        // Two questions in one write, cut at an odd place.
        let message = [0, UInt8(query.count)] + query
        try socket.write(message + Array(message[0..<5]))
        try socket.write(Array(message[5...]))
        var bytes: [UInt8] = []
        while bytes.count < 2 * (2 + Int(bytes.count > 1 ? bytes[1] : 40)) {
            let more = try #require(socket.readSome())
            bytes += more
        }
        let length = Int(bytes[1])
        #expect(DNSText.addresses(Array(bytes[2..<2 + length])) == [[10, 0, 0, 1]])
        #expect(bytes.count == 2 * (length + 2))
    }

    @Test func cutsWhatDoesNotFit() throws {
        let many = (1...100).map { "10.0.0.\($0)" }
        let proxy = try DNSProxy(resolver: Self.silent.port, names: ["many.example": many])
        let small = try proxy.ask("many.example")
        #expect(small.count <= 512)
        #expect(small[2] & 2 == 2)
        let large = try proxy.ask("many.example", edns: 4096)
        #expect(large[2] & 2 == 0)
        #expect(Set(DNSText.addresses(large)).count == 100)
    }

    @Test func sendsTheRestOnAndKeepsTheAnswer() throws {
        let resolver = FakeResolver { DNSText.answer($0, records: [DNSText.record(1, ttl: 60, data: [192, 0, 2, 7])]) }
        let proxy = try DNSProxy(resolver: resolver.port, names: [:])
        for _ in 0..<3 {
            let answer = try proxy.ask("elsewhere.example")
            #expect(answer[0] == 0x12 && answer[1] == 0x34)
            #expect(DNSText.addresses(answer) == [[192, 0, 2, 7]])
        }
        #expect(resolver.questions == 1)
    }

    @Test func neverTakesAForgedAnswer() throws {
        let resolver = FakeResolver { question in
            // The right answer comes to another question: ID off by one.
            var forged = question
            forged[1] &+= 1
            return DNSText.answer(forged, records: [DNSText.record(1, ttl: 60, data: [6, 6, 6, 6])])
        }
        let proxy = try DNSProxy(resolver: resolver.port, names: [:])
        let answer = try proxy.ask("victim.example")
        #expect(answer[3] & 15 == 2)
        #expect(DNSText.addresses(answer).isEmpty)
    }

    @Test func resolvesUpstreamHosts() throws {
        let origin = try ScriptedOrigin.answering("resolved")
        let resolver = FakeResolver { question in
            let type = question[question.count - 11 - 3]
            return type == 1 ? DNSText.answer(question, records: [DNSText.record(1, ttl: 60, data: [127, 0, 0, 1])])
                : DNSText.answer(question, records: [])
        }
        let cluster = ProxyResources.cluster(origin.port, host: "origin.example", type: "STRICT_DNS")
        let proxy = try TestProxy(.proxy(to: cluster)) { $0.resolvers = ["127.0.0.1:\(resolver.port)"] }
        for _ in 0..<3 { #expect(try proxy.exchange("GET / HTTP/1.1\r\nHost: a\r\n\r\n").body == "resolved") }
        // AAAA first, then A; and not again while the answer holds.
        #expect(resolver.questions == 2)
    }

    @Test func saysThatANameDoesNotResolve() throws {
        let resolver = FakeResolver { DNSText.answer($0, records: [], code: 3) }
        let cluster = ProxyResources.cluster(80, host: "nowhere.example", type: "STRICT_DNS")
        let proxy = try TestProxy(.proxy(to: cluster)) { $0.resolvers = ["127.0.0.1:\(resolver.port)"] }
        let answer = try proxy.exchange("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(answer.startLine == "HTTP/1.1 503 Service Unavailable")
        #expect(answer["x-petrel-reason"] == "dns-failure")
    }

    @Test func overridesComeBeforeDNS() throws {
        let origin = try ScriptedOrigin.answering("overridden")
        let cluster = ProxyResources.cluster(443, host: "real.example", type: "STRICT_DNS")
        let proxy = try TestProxy(.proxy(to: cluster)) { configuration in
            configuration.resolvers = ["127.0.0.1:\(Self.silent.port)"]
            configuration.overrides = (try? ResolveOverrides(["real.example:443:127.0.0.1:\(origin.port)"])) ?? .none
        }
        #expect(try proxy.exchange("GET / HTTP/1.1\r\nHost: a\r\n\r\n").body == "overridden")
    }

    @Test func takesCapturedConnectionsWithoutRedirection() throws {
        // No NAT here: the original destination is where the socket listens.
        let origin = try ScriptedOrigin.answering("captured")
        var configuration = DataPlaneConfiguration()
        configuration.concurrency = 2
        let plane = DataPlane(configuration)
        plane.start()
        defer { plane.stop() }
        let workload = plane.makeWorkload("captured", bindsListeners: false)
        let listener = ",\"useOriginalDst\":true"
        workload.publish(try ProxyResources.proxy(to: ProxyResources.cluster(origin.port), listener: listener).tables())
        let socket = Datagrams.listening()
        let attachment = workload.attach(capture: [socket.descriptor])
        for _ in 0..<10 {
            let client = try RawSocket(port: socket.port)
            try client.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(try client.readMessage().body == "captured")
        }
        workload.detach(attachment)
        for _ in 0..<1000 where (try? RawSocket(port: socket.port)) != nil { usleep(1000) }
        #expect(throws: RawSocket.Failure.self) { try RawSocket(port: socket.port) }
    }
}
