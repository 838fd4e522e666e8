/// From an original destination to the listener for it.
struct ListenerIndex: BitwiseCopyable, Sendable {
    struct Entry: BitwiseCopyable, Sendable {
        var address: IPAddress
        var port: UInt16
        var listener: Int32
    }

    private var entries = FlatArray<Entry>()
    private var index = HashIndex()

    init() {}

    init(_ entries: [Entry], in arena: Arena) {
        self.entries = arena.array(entries)
        index = HashIndex(
            entries.enumerated().map { (ListenerIndex.hash($1.address, $1.port), $0) }, in: arena)
    }

    func lookup(_ address: IPAddress, _ port: UInt16) -> Int? {
        if let exact = find(address, port) { return exact }
        // Envoy falls back to the wildcard of the family, and to `::` for IPv4
        // only when that listener takes both; Istio's one wildcard stands for both.
        let own = address.isIPv4 ? IPAddress(v4: 0) : IPAddress(v6: 0, 0)
        let other = address.isIPv4 ? IPAddress(v6: 0, 0) : IPAddress(v4: 0)
        return find(own, port) ?? find(other, port)
    }

    private func find(_ address: IPAddress, _ port: UInt16) -> Int? {
        let found = index.first(ListenerIndex.hash(address, port)) { candidate in
            entries[candidate].address == address && entries[candidate].port == port
        }
        return found.map { Int(entries[$0].listener) }
    }

    private static func hash(_ address: IPAddress, _ port: UInt16) -> UInt64 {
        ByteComparison.mixed(AddressTable.hash(address), UInt64(port))
    }
}
