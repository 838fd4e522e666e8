internal import TrafficModel

/// An endpoint to be placed in a table: its key and its share of the weight.
struct HashMember {
    /// What is hashed: the address with its port, or what the configuration
    /// says instead.
    var key: String
    /// All shares sum up to 1.
    var share: Double
    var host: Int32

    /// Members with shares by weight; those without weight are left out.
    static func members(_ hosts: [(key: String, weight: Double, host: Int32)]) -> [HashMember] {
        let total = hosts.reduce(0) { $0 + $1.weight }
        guard total > 0 else { return [] }
        return hosts.filter { $0.weight > 0 }.map { HashMember(key: $0.key, share: $0.weight / total, host: $0.host) }
    }

    static func hash(_ text: String, seed: UInt64 = 0) -> UInt64 {
        var text = text
        return text.withUTF8 { XXHash64.hash($0, seed: seed) }
    }
}

/// Ketama's ring with the places that Envoy gives: the same request meets the
/// same endpoint behind either proxy.
struct HashRing {
    private var hashes: [UInt64] = []
    private var hosts: [Int32] = []

    var count: Int { hashes.count }

    init(_ members: [HashMember], minimum: UInt64, maximum: UInt64) {
        guard let least = members.map(\.share).min(), least > 0 else { return }
        // The endpoint with the least weight gets a whole number of places.
        let scale = min((least * Double(minimum)).rounded(.up) / least, Double(maximum))
        var places: [(hash: UInt64, host: Int32)] = []
        places.reserveCapacity(Int(scale.rounded(.up)))
        var current = 0.0
        var target = 0.0
        for member in members {
            target += scale * member.share
            var number = 0
            while current < target {
                places.append((HashMember.hash("\(member.key)_\(number)"), member.host))
                number += 1
                current += 1
            }
        }
        places.sort { $0.hash < $1.hash }
        hashes = places.map(\.hash)
        hosts = places.map(\.host)
    }

    /// The first place at or behind `hash`, around the ring.
    func find(_ hash: UInt64) -> Int32? {
        guard !hashes.isEmpty else { return nil }
        var low = 0
        var high = hashes.count
        while low < high {
            let middle = (low + high) / 2
            if hashes[middle] < hash { low = middle + 1 } else { high = middle }
        }
        return hosts[low == hashes.count ? 0 : low]
    }
}

/// Maglev's table, filled as Envoy fills it.
struct MaglevTable {
    private var table: [Int32] = []

    init(_ members: [HashMember], size: UInt64) {
        guard !members.isEmpty, size > 1 else { return }
        let sorted = members.sorted { $0.key < $1.key }
        let greatest = sorted.map(\.share).max() ?? 1
        let offsets = sorted.map { HashMember.hash($0.key) % size }
        let skips = sorted.map { HashMember.hash($0.key, seed: 1) % (size - 1) + 1 }
        var next = [UInt64](repeating: 0, count: sorted.count)
        var targets = [Double](repeating: 0, count: sorted.count)
        table = [Int32](repeating: -1, count: Int(size))
        var filled: UInt64 = 0
        var round = 0.0
        while filled < size {
            round += 1
            for index in sorted.indices where filled < size {
                // An endpoint of a third of the weight has every third turn.
                if round * sorted[index].share < targets[index] { continue }
                targets[index] += greatest
                var place = Int((offsets[index] &+ skips[index] &* next[index]) % size)
                while table[place] >= 0 {
                    next[index] += 1
                    place = Int((offsets[index] &+ skips[index] &* next[index]) % size)
                }
                table[place] = sorted[index].host
                next[index] += 1
                filled += 1
            }
        }
    }

    func find(_ hash: UInt64) -> Int32? {
        table.isEmpty ? nil : table[Int(hash % UInt64(table.count))]
    }
}
