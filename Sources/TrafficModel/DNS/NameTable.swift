/// The names that the mesh's DNS server answers by itself (Istio's NDS table),
/// with the meaning Istio's agent gives it: exact names first, then the longest
/// wildcard, short names of the proxy's own domain, and every name with the
/// first search domain behind it.
public struct NameTable: BitwiseCopyable, Sendable {
    /// Where the proxy stands: decides which short names exist.
    public struct Environment: Sendable, Hashable {
        /// Namespace of the workload: its services are known by their bare name.
        public var namespace: String
        /// DNS domain of the proxy's services, `svc.cluster.local`.
        public var domain: String
        /// Search domains of the workload's resolver, in order.
        public var searchDomains: [String]

        /// Where a workload stands.
        public init(
            namespace: String = "default", domain: String = "svc.cluster.local", searchDomains: [String] = []
        ) {
            self.namespace = namespace
            self.domain = domain
            self.searchDomains = searchDomains
        }
    }

    /// Which addresses a query asks for.
    public enum Family: UInt8, BitwiseCopyable, Sendable {
        /// A.
        case v4
        /// AAAA.
        case v6
    }

    /// What the table says about a name.
    public struct Answer: BitwiseCopyable, Sendable {
        /// The table doesn't know the name: ask a real DNS server.
        public var isUnknown = true
        /// Addresses of the family asked for. A known name without any has an
        /// empty answer with NOERROR, never NXDOMAIN.
        public var addresses = FlatArray<IPAddress>()
        /// When it was found behind a search domain, the name that the answer's
        /// CNAME points to (and that owns the addresses), without a final dot.
        public var alias = FlatText()
        /// Seconds that the answer may be kept.
        public var timeToLive: UInt32 = 30

        init() {}
    }

    struct Entry: BitwiseCopyable, Sendable {
        /// Lower case, without a final dot.
        var name: FlatText
        var v4: FlatArray<IPAddress>
        var v6: FlatArray<IPAddress>
        /// Index of the entry that a search domain's name stands for, -1 for a name of its own.
        var target: Int32
    }

    private var entries = FlatArray<Entry>()
    private var index = HashIndex()

    init() {}

    init(_ entries: [Entry], in arena: Arena) {
        self.entries = arena.array(entries)
        index = HashIndex(
            entries.enumerated().map { (ByteComparison.hashIgnoringCase($1.name.buffer), $0) }, in: arena)
    }

    /// Number of names, aliases included.
    public var count: Int { entries.count }

    /// Answers an address query for `name`: dotted text in any case, with or
    /// without a final dot. Queries of other types go to a real DNS server.
    public func lookup(_ name: UnsafeBufferPointer<UInt8>, _ family: Family) -> Answer {
        var name = name
        if let last = name.last, last == 0x2E { name = UnsafeBufferPointer(rebasing: name.dropLast()) }
        guard let found = find(name) ?? findWildcard(name) else { return Answer() }
        var answer = Answer()
        answer.isUnknown = false
        var entry = entries[found]
        if entry.target >= 0 {
            entry = entries[Int(entry.target)]
            answer.alias = entry.name
        }
        answer.addresses = family == .v4 ? entry.v4 : entry.v6
        return answer
    }

    private func find(_ name: UnsafeBufferPointer<UInt8>) -> Int? {
        index.first(ByteComparison.hashIgnoringCase(name)) { candidate in
            ByteComparison.equalIgnoringCase(entries[candidate].name.buffer, name)
        }
    }

    /// The entry `*.suffix` with the longest suffix of whole labels. Its name is
    /// put together in memory on the stack; DNS names have at most 255 bytes.
    private func findWildcard(_ name: UnsafeBufferPointer<UInt8>) -> Int? {
        guard name.count <= 255 else { return nil }
        return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 256) { memory in
            var place = 0
            while place < name.count {
                guard name[place] == 0x2E else {
                    place += 1
                    continue
                }
                var writer = ByteWriter(memory)
                writer.append(0x2A)
                writer.append(UnsafeBufferPointer(rebasing: name[place...]))
                if let found = find(writer.written) { return found }
                place += 1
            }
            return nil
        }
    }
}
