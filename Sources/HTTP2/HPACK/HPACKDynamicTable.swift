/// The dynamic table of one direction of a connection (RFC 7541, 2.3.2).
///
/// Bytes of the entries lie behind one another in one run, which is moved to
/// the front when its end is reached; entries are a ring. Memory is taken
/// with the first entry and then never again.
struct HPACKDynamicTable {
    /// What an entry costs besides its bytes (RFC 7541, 4.1).
    static let overhead = 32

    struct Entry: BitwiseCopyable {
        /// Position in the stream of all bytes ever inserted.
        var position = 0
        var nameCount: Int32 = 0
        var valueCount: Int32 = 0
        var nameHash: UInt32 = 0
        var hash: UInt32 = 0
        var count: Int { Int(nameCount) &+ Int(valueCount) }
    }

    /// The greatest limit there can be.
    let capacity: Int
    private(set) var limit: Int
    /// Size as the RFC counts it.
    private(set) var size = 0
    private(set) var count = 0
    private(set) var bytes: [UInt8] = []
    private var entries: [Entry] = []
    private var newest = -1
    /// Position of the byte at index 0, and behind the last one.
    private var origin = 0
    private var end = 0

    init(capacity: Int) {
        self.capacity = capacity
        limit = capacity
    }

    mutating func setLimit(_ limit: Int) {
        self.limit = min(limit, capacity)
        evict(to: self.limit)
    }

    /// The entry at `index`; 0 is the newest.
    func entry(_ index: Int) -> Entry {
        var place = newest &- index
        if place < 0 { place &+= entries.count }
        return entries[place]
    }

    func name(_ entry: Entry) -> Range<Int> {
        let start = entry.position &- origin
        return start..<(start &+ Int(entry.nameCount))
    }

    func value(_ entry: Entry) -> Range<Int> {
        let start = entry.position &- origin &+ Int(entry.nameCount)
        return start..<(start &+ Int(entry.valueCount))
    }

    /// Inserts a field whose bytes lie elsewhere. One that is larger than the
    /// table empties it (RFC 7541, 4.4).
    mutating func insert(
        _ name: Span<UInt8>, _ value: Span<UInt8>, lowercasesName: Bool = false, nameHash: UInt32 = 0, hash: UInt32 = 0
    ) {
        let needed = name.count &+ value.count
        let cost = needed &+ Self.overhead
        evict(to: limit &- cost)
        guard cost <= limit else { return }
        if bytes.isEmpty {
            bytes = [UInt8](repeating: 0, count: capacity &+ capacity / 2)
            entries = [Entry](repeating: Entry(), count: capacity / Self.overhead + 1)
        }
        if end &- origin &+ needed > bytes.count { compact() }
        let entry = Entry(
            position: end, nameCount: Int32(name.count), valueCount: Int32(value.count), nameHash: nameHash, hash: hash)
        var place = end &- origin
        for index in name.indices {
            bytes[place] = lowercasesName ? name[index].lowercased : name[index]
            place &+= 1
        }
        for index in value.indices {
            bytes[place] = value[index]
            place &+= 1
        }
        end &+= needed
        newest = newest &+ 1 == entries.count ? 0 : newest &+ 1
        entries[newest] = entry
        count &+= 1
        size &+= cost
    }

    private mutating func evict(to most: Int) {
        while size > max(0, most), count > 0 {
            size &-= entry(count &- 1).count &+ Self.overhead
            count &-= 1
        }
    }

    private mutating func compact() {
        let live = count > 0 ? entry(count &- 1).position : end
        let shift = live &- origin
        guard shift > 0 else { return }
        for index in 0..<(end &- live) { bytes[index] = bytes[index &+ shift] }
        origin = live
    }
}
