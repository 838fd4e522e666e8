/// From an address to a number by the longest matching prefix.
struct AddressTable: BitwiseCopyable, Sendable {
    struct Length: BitwiseCopyable, Sendable {
        var isIPv4: Bool
        var length: Int
    }

    struct Entry: BitwiseCopyable, Sendable {
        var range: AddressRange
        var value: Int32
    }

    private var entries = FlatArray<Entry>()
    private var index = HashIndex()
    /// Prefix lengths that occur, longest first.
    private var lengths = FlatArray<Length>()
    /// For addresses of either family that nothing else matches.
    private var fallback: Int32

    init(_ entries: [Entry], fallback: Int32, in arena: Arena) {
        self.fallback = fallback
        guard !entries.isEmpty else { return }
        self.entries = arena.array(entries)
        index = HashIndex(
            entries.enumerated().map { (AddressTable.hash($1.range.address), $0) }, in: arena)
        var known: [Length] = []
        for entry in entries {
            let isIPv4 = entry.range.address.isIPv4
            let length = entry.range.prefixLength
            if !known.contains(where: { $0.isIPv4 == isIPv4 && $0.length == length }) {
                known.append(Length(isIPv4: isIPv4, length: length))
            }
        }
        lengths = arena.array(known.sorted { $0.length > $1.length })
    }

    func lookup(_ address: IPAddress) -> Int32 {
        for length in lengths where length.isIPv4 == address.isIPv4 {
            let wanted = AddressRange(address, prefixLength: length.length)
            let found = index.first(AddressTable.hash(wanted.address)) { entries[$0].range == wanted }
            if let found { return entries[found].value }
        }
        return fallback
    }

    static func hash(_ address: IPAddress) -> UInt64 {
        ByteComparison.mixed(address.high ^ (address.isIPv4 ? 0x5bd1_e995 : 0), address.low)
    }
}
