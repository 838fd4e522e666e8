/// What one filter chain asks of a connection (Envoy's `filter_chain_match`).
public struct FilterChainCriteria: BitwiseCopyable, Sendable {
    /// Where the client must be.
    public enum SourceType: UInt8, BitwiseCopyable, Sendable {
        case any, sameAddressOrLoopback, external
    }

    /// Destination port; 0 for any.
    public var destinationPort: UInt16 = 0
    /// Destination addresses; empty for any.
    public var destinations = FlatArray<AddressRange>()
    /// Server names, `a.b` or `*.b`; empty for any.
    public var serverNames = FlatArray<FlatText>()
    /// `tls` or `raw_buffer`; empty for any.
    public var transportProtocol = FlatText()
    /// Application protocols of which one must be offered or detected; empty for any.
    public var applicationProtocols = FlatArray<FlatText>()
    /// Addresses of the connection's peer; empty for any.
    public var directSources = FlatArray<AddressRange>()
    /// Where the client must be.
    public var sourceType = SourceType.any
    /// Addresses of the client; empty for any.
    public var sources = FlatArray<AddressRange>()
    /// Ports of the client; empty for any.
    public var sourcePorts = FlatArray<UInt16>()
}

extension FilterChainCriteria {
    /// The first condition that a connection doesn't meet, for people; nil when it meets all.
    func mismatch(_ facts: ConnectionFacts) -> String? {
        if destinationPort != 0, destinationPort != facts.destinationPort {
            return "destination port \(facts.destinationPort) is not \(destinationPort)"
        }
        if !destinations.isEmpty, !destinations.contains(where: { $0.contains(facts.destinationAddress) }) {
            return "destination \(facts.destinationAddress) is not in \(list(destinations))"
        }
        if !serverNames.isEmpty, !serverNames.contains(where: { covers($0, facts.sni) }) {
            let name = String(decoding: facts.sni, as: UTF8.self)
            return name.isEmpty
                ? "there is no SNI, \(list(serverNames)) is asked for" : "SNI \(name) is not \(list(serverNames))"
        }
        if !transportProtocol.isEmpty, transportProtocol.string != facts.transportName {
            return "transport protocol \(facts.transportName) is not \(transportProtocol)"
        }
        if !applicationProtocols.isEmpty, !applicationProtocols.contains(where: { facts.offers($0) }) {
            return "application protocol is not \(list(applicationProtocols))"
        }
        if !directSources.isEmpty, !directSources.contains(where: { $0.contains(facts.directSourceAddress) }) {
            return "peer \(facts.directSourceAddress) is not in \(list(directSources))"
        }
        switch sourceType {
        case .any: break
        case .sameAddressOrLoopback: if !facts.isLocal { return "the client is not on this machine" }
        case .external: if facts.isLocal { return "the client is on this machine" }
        }
        if !sources.isEmpty, !sources.contains(where: { $0.contains(facts.sourceAddress) }) {
            return "source \(facts.sourceAddress) is not in \(list(sources))"
        }
        if !sourcePorts.isEmpty, !sourcePorts.contains(facts.sourcePort) {
            return "source port \(facts.sourcePort) is not \(list(sourcePorts))"
        }
        return nil
    }

    private func covers(_ pattern: FlatText, _ name: UnsafeBufferPointer<UInt8>) -> Bool {
        guard pattern.count > 1, pattern.bytes[0] == 0x2A else {
            return ByteComparison.equal(pattern.buffer, name)
        }
        let suffix = UnsafeBufferPointer(rebasing: pattern.buffer[1...])
        return name.count > suffix.count && ByteComparison.hasSuffix(name, suffix, ignoringCase: true)
    }

    private func list<Element>(_ elements: FlatArray<Element>) -> String {
        elements.map { "\($0)" }.joined(separator: ", ")
    }
}

extension ConnectionFacts {
    var transportName: String { transportProtocol == .tls ? "tls" : "raw_buffer" }

    /// Whether client and destination are the same machine, as Envoy sees it.
    var isLocal: Bool {
        sourceAddress.isLoopback || sourceAddress == destinationAddress
    }

    /// Whether an application protocol was offered by ALPN or detected.
    func offers(_ name: FlatText) -> Bool {
        switch detected {
        case .none: break
        case .http10: if name.equals("http/1.0") { return true }
        case .http11: if name.equals("http/1.1") { return true }
        case .h2c: if name.equals("h2c") { return true }
        }
        var index = 0
        while index < offeredProtocols.count {
            let length = Int(offeredProtocols[index])
            index &+= 1
            guard index &+ length <= offeredProtocols.count else { return false }
            let offered = UnsafeBufferPointer(rebasing: offeredProtocols[index..<(index &+ length)])
            if ByteComparison.equal(offered, name.buffer) { return true }
            index &+= length
        }
        return false
    }
}

extension FlatText {
    func equals(_ literal: StaticString) -> Bool {
        guard literal.hasPointerRepresentation else { return false }
        return ByteComparison.equal(
            buffer, UnsafeBufferPointer(start: literal.utf8Start, count: literal.utf8CodeUnitCount))
    }
}
