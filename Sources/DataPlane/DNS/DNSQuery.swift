internal import CPetrelSystem
internal import EnvoyAPI

typealias QueryPointer = UnsafeMutablePointer<DNSQuery>

/// Where an answer of the mesh's DNS server goes.
struct DNSClient: BitwiseCopyable {
    /// The datagram socket, by its place and generation.
    var listener = -1
    var listenerGeneration: UInt32 = 0
    var peer = petrel_address()
    var local = petrel_address()
    /// The connection, for DNS over TCP; 0 otherwise.
    var connection: UInt64 = 0
    var isStream: Bool { connection != 0 }
}

/// One question to a resolver, of a client or of a cluster.
struct DNSQuery: SlabElement {
    // The timer comes first: a pointer to it is a pointer to the query.
    var timer = TimerNode(owner: .query)
    var slot = Slot()
    var descriptor: Int32 = -1
    var stream: ConnectionPointer?
    /// The message as it was sent to the resolver.
    var message = Block()
    /// The ID of the client's message, which the answer gets again.
    var clientID: UInt16 = 0
    var client = DNSClient()
    var cluster: ClusterPointer?
    var name = 0
    var type: UInt16 = 0
    var server = 0
    var attempts = 0

    init() {}

    var token: UInt64 { EventToken.make(.query, index: slot.index, generation: slot.generation) }
}

/// Names that need no question: overrides and the hosts file.
struct NameCache {
    private let overrides: ResolveOverrides
    private let hosts: [String: [petrel_address]]

    init(_ settings: WorkerSettings) {
        overrides = settings.overrides
        hosts = settings.hosts
    }

    /// What `--resolve` says about a host and port.
    func override(host: String, port: UInt16) -> petrel_address? {
        guard let target = overrides.target(host: host, port: UInt32(port)) else { return nil }
        var parsed = petrel_address()
        return petrel_address_parse(target.address, UInt16(clamping: target.port), &parsed) == 1 ? parsed : nil
    }

    /// What the hosts file says about a host.
    func known(host: String, port: UInt16, v4: Bool, v6: Bool) -> [petrel_address]? {
        guard let found = hosts[host.lowercased()] else { return nil }
        let wanted = found.filter { ($0.family == 4 && v4) || ($0.family == 6 && v6) }
        guard !wanted.isEmpty else { return nil }
        return wanted.map { address in
            var copy = address
            copy.port = port
            return copy
        }
    }
}

/// Responses of resolvers, kept as long as they say.
struct DNSAnswerCache {
    private struct Entry {
        var response: [UInt8]
        /// Where the times to live are.
        var times: [Int]
        var stored: UInt64
        var expires: UInt64
    }

    private static let most = 4096
    private var entries: [[UInt8]: Entry] = [:]

    /// Keeps a response under its question. `key` is the question and what
    /// changes the answer (the DNSSEC flag).
    mutating func store(_ response: UnsafeRawBufferPointer, key: [UInt8], at milliseconds: UInt64) {
        let span = Span<UInt8>(_unsafeBytes: response)
        guard response.count >= DNSMessage.headerSize else { return }
        let flags = DNSMessage.number(span, 2)
        let code = flags & 15
        guard flags & 0x0200 == 0, code == 0 || code == 3 else { return }
        var index = DNSMessage.headerSize
        var times: [Int] = []
        var least: UInt32 = 86_400
        guard let end = DNSMessage.questionEnd(span) else { return }
        index = end
        let counts = (6, 8, 10)
        let total =
            Int(DNSMessage.number(span, counts.0)) + Int(DNSMessage.number(span, counts.1))
            + Int(DNSMessage.number(span, counts.2))
        for _ in 0..<total {
            guard let record = DNSMessage.readRecord(span, index) else { return }
            if record.type != DNSMessage.typeOPT {
                times.append(record.timeToLiveStart)
                least = min(least, record.timeToLive)
            }
            index = record.end
        }
        // An answer without any record says nothing about how long it holds.
        guard !times.isEmpty, least > 0 else { return }
        if DNSMessage.number(span, counts.0) == 0 { least = min(least, 300) }
        if entries.count >= Self.most { entries.removeAll(keepingCapacity: true) }
        entries[key] = Entry(
            response: Array(response), times: times, stored: milliseconds, expires: milliseconds + UInt64(least) * 1000)
    }

    /// A kept response with the client's ID and the time that is left.
    mutating func find(_ key: [UInt8], id: UInt16, at milliseconds: UInt64) -> [UInt8]? {
        guard let entry = entries[key] else { return nil }
        guard milliseconds < entry.expires else {
            entries[key] = nil
            return nil
        }
        var response = entry.response
        response[0] = UInt8(id >> 8)
        response[1] = UInt8(id & 0xff)
        let age = UInt32(truncatingIfNeeded: (milliseconds - entry.stored) / 1000)
        for place in entry.times {
            let old = response.withUnsafeBufferPointer { DNSMessage.longNumber(Span(_unsafeElements: $0), place) }
            let left = old > age ? old - age : 0
            for offset in 0..<4 { response[place + offset] = UInt8(truncatingIfNeeded: left >> UInt32(24 - offset * 8)) }
        }
        return response
    }
}

extension DNSMessage {
    /// One past the single question; nil when there isn't exactly one.
    static func questionEnd(_ bytes: Span<UInt8>) -> Int? {
        guard bytes.count >= headerSize, number(bytes, 4) == 1 else { return nil }
        var index = headerSize
        while index < bytes.count {
            let length = Int(bytes[index])
            if length == 0 { return index + 5 <= bytes.count ? index + 5 : nil }
            guard length < 64 else { return nil }
            index += length + 1
        }
        return nil
    }
}
