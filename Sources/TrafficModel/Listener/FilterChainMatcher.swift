/// Chooses a filter chain as Envoy does: level by level, in Envoy's order of
/// criteria, taking the most specific value at each level and never going back.
///
/// A reference (`Int32`) from one level to the next is -1 for nothing, -2 - n
/// for the chain n when no further criterion is left (so that thousands of
/// chains that differ in server name only cost one table), or the index of a
/// node of the next level.
struct FilterChainMatcher: BitwiseCopyable, Sendable {
    static let none: Int32 = -1

    struct PortLevel: BitwiseCopyable, Sendable {
        var ports = FlatArray<Branch<UInt16>>()
        var any = FilterChainMatcher.none
    }

    struct Branch<Key: BitwiseCopyable & Sendable>: BitwiseCopyable, Sendable {
        var key: Key
        var next: Int32
    }

    struct NameLevel: BitwiseCopyable, Sendable {
        var index = HashIndex()
        var names = FlatArray<Branch<FlatText>>()
        var any = FilterChainMatcher.none
    }

    struct TransportLevel: BitwiseCopyable, Sendable {
        var tls = FilterChainMatcher.none
        var rawBuffer = FilterChainMatcher.none
        var any = FilterChainMatcher.none
    }

    struct ProtocolLevel: BitwiseCopyable, Sendable {
        var protocols = FlatArray<Branch<FlatText>>()
        var any = FilterChainMatcher.none
    }

    struct SourceLevel: BitwiseCopyable, Sendable {
        var local = FilterChainMatcher.none
        var external = FilterChainMatcher.none
        var any = FilterChainMatcher.none
    }

    var ports = PortLevel()
    var destinations = FlatArray<AddressTable>()
    var names = FlatArray<NameLevel>()
    var transports = FlatArray<TransportLevel>()
    var protocols = FlatArray<ProtocolLevel>()
    var directSources = FlatArray<AddressTable>()
    var sourceTypes = FlatArray<SourceLevel>()
    var sources = FlatArray<AddressTable>()
    var sourcePorts = FlatArray<PortLevel>()

    /// Index of the chain for a connection, nil when none matches.
    func match(_ facts: ConnectionFacts) -> Int? {
        var reference = ports.lookup(facts.destinationPort)
        if reference >= 0 { reference = destinations[Int(reference)].lookup(facts.destinationAddress) }
        if reference >= 0 { reference = names[Int(reference)].lookup(facts.sni) }
        if reference >= 0 { reference = transports[Int(reference)].lookup(facts.transportProtocol) }
        if reference >= 0 { reference = protocols[Int(reference)].lookup(facts) }
        if reference >= 0 { reference = directSources[Int(reference)].lookup(facts.directSourceAddress) }
        if reference >= 0 { reference = sourceTypes[Int(reference)].lookup(facts) }
        if reference >= 0 { reference = sources[Int(reference)].lookup(facts.sourceAddress) }
        if reference >= 0 { reference = sourcePorts[Int(reference)].lookup(facts.sourcePort) }
        return reference <= -2 ? Int(-2 - reference) : nil
    }
}

extension FilterChainMatcher.PortLevel {
    func lookup(_ port: UInt16) -> Int32 {
        for branch in ports where branch.key == port { return branch.next }
        return any
    }
}

extension FilterChainMatcher.NameLevel {
    func lookup(_ name: UnsafeBufferPointer<UInt8>) -> Int32 {
        guard !names.isEmpty, !name.isEmpty else { return any }
        if let next = find(name) { return next }
        // The suffixes from the second label on, longest first.
        var start = 1
        while start &+ 1 < name.count {
            if name[start] == 0x2E, let next = find(UnsafeBufferPointer(rebasing: name[start...])) { return next }
            start &+= 1
        }
        return any
    }

    private func find(_ name: UnsafeBufferPointer<UInt8>) -> Int32? {
        // SNI is folded, configuration is not: an upper-case name never matches,
        // in Envoy as here.
        let found = index.first(ByteComparison.hashIgnoringCase(name)) { candidate in
            let text = names[candidate].key.buffer
            return ByteComparison.equalIgnoringCase(text, name)
                && !text.contains { $0 != ByteComparison.lowercased($0) }
        }
        return found.map { names[$0].next }
    }
}

extension FilterChainMatcher.TransportLevel {
    func lookup(_ transport: ConnectionFacts.TransportProtocol) -> Int32 {
        let exact = transport == .tls ? tls : rawBuffer
        return exact != FilterChainMatcher.none ? exact : any
    }
}

extension FilterChainMatcher.ProtocolLevel {
    func lookup(_ facts: ConnectionFacts) -> Int32 {
        guard !protocols.isEmpty else { return any }
        // Envoy goes through what the client offers, in its order.
        var best: (rank: Int, next: Int32)?
        for branch in protocols {
            guard let rank = facts.rank(of: branch.key) else { continue }
            if rank < best?.rank ?? .max { best = (rank, branch.next) }
        }
        return best?.next ?? any
    }
}

extension FilterChainMatcher.SourceLevel {
    func lookup(_ facts: ConnectionFacts) -> Int32 {
        let specific = facts.isLocal ? local : external
        return specific != FilterChainMatcher.none ? specific : any
    }
}

extension ConnectionFacts {
    /// Place of an application protocol in the client's offer, nil when it isn't in it.
    func rank(of name: FlatText) -> Int? {
        guard offers(name) else { return nil }
        var index = 0
        while index < offeredProtocols.count {
            let length = Int(offeredProtocols[index])
            let end = index &+ 1 &+ length
            guard end <= offeredProtocols.count else { break }
            let offered = UnsafeBufferPointer(rebasing: offeredProtocols[(index &+ 1)..<end])
            if ByteComparison.equal(offered, name.buffer) { return index }
            index = end
        }
        return 0
    }
}
