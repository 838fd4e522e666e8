/// The static table of RFC 7541, Appendix A, with a way to find names.
struct HPACKStaticTable: Sendable {
    static let standard = HPACKStaticTable()
    /// Entries; their indices begin at 1.
    static let count = 61

    struct Entry: BitwiseCopyable, Sendable {
        var nameStart: Int32
        var nameCount: Int32
        var valueCount: Int32
        var hash: UInt32

        var name: Range<Int> { Int(nameStart)..<Int(nameStart &+ nameCount) }
        var value: Range<Int> { Int(nameStart &+ nameCount)..<Int(nameStart &+ nameCount &+ valueCount) }
    }

    /// All names and values, behind one another.
    let bytes: [UInt8]
    let entries: [Entry]
    /// First index of each hash value, 0 for none; `chain` leads on.
    private let first: [UInt8]
    private let chain: [UInt8]

    private init() {
        var bytes: [UInt8] = []
        var entries: [Entry] = []
        for (name, value) in Self.rows {
            let start = bytes.count
            bytes += name.utf8
            bytes += value.utf8
            let hash = FieldHash.name(Array(name.utf8).span)
            entries.append(
                Entry(nameStart: Int32(start), nameCount: Int32(name.utf8.count), valueCount: Int32(value.utf8.count), hash: hash))
        }
        var first = [UInt8](repeating: 0, count: 256)
        var chain = [UInt8](repeating: 0, count: entries.count + 1)
        for index in entries.indices.reversed() {
            let place = Int(entries[index].hash & 255)
            chain[index + 1] = first[place]
            first[place] = UInt8(index + 1)
        }
        self.bytes = bytes
        self.entries = entries
        self.first = first
        self.chain = chain
    }

    /// The index of a field, and whether its value is the same; 0 when not
    /// even the name is here. `name` may hold upper case.
    func find(_ name: Span<UInt8>, _ hash: UInt32, _ value: Span<UInt8>) -> (index: Int, isComplete: Bool) {
        var candidate = first[Int(hash & 255)]
        var named = 0
        while candidate != 0 {
            let entry = entries[Int(candidate) &- 1]
            if entry.hash == hash, isName(entry, name) {
                if named == 0 { named = Int(candidate) }
                if isValue(entry, value) { return (Int(candidate), true) }
            }
            candidate = chain[Int(candidate)]
        }
        return (named, false)
    }

    private func isName(_ entry: Entry, _ name: Span<UInt8>) -> Bool {
        guard name.count == Int(entry.nameCount) else { return false }
        for offset in 0..<name.count where bytes[Int(entry.nameStart) &+ offset] != name[offset].lowercased {
            return false
        }
        return true
    }

    private func isValue(_ entry: Entry, _ value: Span<UInt8>) -> Bool {
        guard value.count == Int(entry.valueCount), !value.isEmpty else { return false }
        let start = Int(entry.nameStart &+ entry.nameCount)
        for offset in 0..<value.count where bytes[start &+ offset] != value[offset] { return false }
        return true
    }

    private static let rows: [(String, String)] = [
        (":authority", ""),
        (":method", "GET"),
        (":method", "POST"),
        (":path", "/"),
        (":path", "/index.html"),
        (":scheme", "http"),
        (":scheme", "https"),
        (":status", "200"),
        (":status", "204"),
        (":status", "206"),
        (":status", "304"),
        (":status", "400"),
        (":status", "404"),
        (":status", "500"),
        ("accept-charset", ""),
        ("accept-encoding", "gzip, deflate"),
        ("accept-language", ""),
        ("accept-ranges", ""),
        ("accept", ""),
        ("access-control-allow-origin", ""),
        ("age", ""),
        ("allow", ""),
        ("authorization", ""),
        ("cache-control", ""),
        ("content-disposition", ""),
        ("content-encoding", ""),
        ("content-language", ""),
        ("content-length", ""),
        ("content-location", ""),
        ("content-range", ""),
        ("content-type", ""),
        ("cookie", ""),
        ("date", ""),
        ("etag", ""),
        ("expect", ""),
        ("expires", ""),
        ("from", ""),
        ("host", ""),
        ("if-match", ""),
        ("if-modified-since", ""),
        ("if-none-match", ""),
        ("if-range", ""),
        ("if-unmodified-since", ""),
        ("last-modified", ""),
        ("link", ""),
        ("location", ""),
        ("max-forwards", ""),
        ("proxy-authenticate", ""),
        ("proxy-authorization", ""),
        ("range", ""),
        ("referer", ""),
        ("refresh", ""),
        ("retry-after", ""),
        ("server", ""),
        ("set-cookie", ""),
        ("strict-transport-security", ""),
        ("transfer-encoding", ""),
        ("user-agent", ""),
        ("vary", ""),
        ("via", ""),
        ("www-authenticate", ""),
    ]
}

/// Hashes of fields: FNV-1a. For finding, never for trust: every hit is
/// compared byte by byte.
enum FieldHash {
    static func name(_ bytes: Span<UInt8>) -> UInt32 {
        var hash: UInt32 = 2_166_136_261
        for index in bytes.indices { hash = (hash ^ UInt32(bytes[index].lowercased)) &* 16_777_619 }
        return hash
    }

    static func field(_ name: UInt32, _ value: Span<UInt8>) -> UInt32 {
        var hash = name
        for index in value.indices { hash = (hash ^ UInt32(value[index])) &* 16_777_619 }
        return hash
    }
}
