/// From Host to virtual host: exact names, then the longest `*.suffix`, then
/// the longest `prefix.*`, then `*`. Case doesn't count.
struct DomainTable: BitwiseCopyable, Sendable {
    struct Entry: BitwiseCopyable, Sendable {
        /// Without its star.
        var text: FlatText
        var host: Int32
    }

    private var entries = FlatArray<Entry>()
    private var exact = HashIndex()
    private var suffixes = HashIndex()
    private var prefixes = HashIndex()
    /// Lengths that occur, longest first.
    private var suffixLengths = FlatArray<Int>()
    private var prefixLengths = FlatArray<Int>()
    private var catchAll: Int32 = -1

    init() {}

    /// Compiles the domains of every virtual host. Envoy refuses a domain that
    /// occurs twice.
    init(_ domains: [[String]], in arena: Arena) throws(CompileError) {
        var all: [Entry] = []
        var kinds: [[(hash: UInt64, value: Int)]] = [[], [], []]
        var lengths: [Set<Int>] = [[], [], []]
        var seen = Set<String>()
        for (host, names) in domains.enumerated() {
            for name in names {
                if name == "*" {
                    guard catchAll < 0 else {
                        throw CompileError("virtual_hosts[\(host)].domains", "Only a single wildcard domain is permitted")
                    }
                    catchAll = Int32(host)
                    continue
                }
                let lowered = name.lowercased()
                guard seen.insert(lowered).inserted else {
                    throw CompileError(
                        "virtual_hosts[\(host)].domains",
                        "Only unique values for domains are permitted. Duplicate entry of domain \(name)")
                }
                let kind = name.hasPrefix("*") ? 1 : name.hasSuffix("*") ? 2 : 0
                let bare = kind == 1 ? String(name.dropFirst()) : kind == 2 ? String(name.dropLast()) : name
                let text = arena.text(bare)
                kinds[kind].append((ByteComparison.hashIgnoringCase(text.buffer), all.count))
                lengths[kind].insert(text.count)
                all.append(Entry(text: text, host: Int32(host)))
            }
        }
        entries = arena.array(all)
        exact = HashIndex(kinds[0], in: arena)
        suffixes = HashIndex(kinds[1], in: arena)
        prefixes = HashIndex(kinds[2], in: arena)
        suffixLengths = arena.array(lengths[1].sorted(by: >))
        prefixLengths = arena.array(lengths[2].sorted(by: >))
    }

    /// The virtual host for `host`, -1 when there is none.
    func lookup(_ host: UnsafeBufferPointer<UInt8>) -> Int32 {
        if let entry = find(host, in: exact) { return entry }
        for length in suffixLengths where length < host.count {
            let tail = UnsafeBufferPointer(rebasing: host[(host.count - length)...])
            if let entry = find(tail, in: suffixes) { return entry }
        }
        for length in prefixLengths where length < host.count {
            let head = UnsafeBufferPointer(rebasing: host[0..<length])
            if let entry = find(head, in: prefixes) { return entry }
        }
        return catchAll
    }

    @inline(__always)
    private func find(_ text: UnsafeBufferPointer<UInt8>, in index: HashIndex) -> Int32? {
        let found = index.first(ByteComparison.hashIgnoringCase(text)) { candidate in
            ByteComparison.equalIgnoringCase(entries[candidate].text.buffer, text)
        }
        return found.map { entries[$0].host }
    }
}
