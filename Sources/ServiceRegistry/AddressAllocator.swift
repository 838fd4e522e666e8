/// Gives addresses to declared hosts that have none, as Istio's allocation
/// controller does: one IPv4 address of 240.240.0.0/16 and one IPv6 address
/// of 2001:2::/48 for each host, counting upwards, never reused while kept.
///
/// A pure function of the objects: addresses recorded in an object's status
/// stay with their hosts; the others are given in order of age, namespace
/// and name, to the lowest addresses that nobody has.
struct AddressAllocator {
    /// An object that may need addresses.
    struct Claim {
        let namespace: String
        let name: String
        let creationTimestamp: String
        /// Hosts that want an address, in the order written.
        let hosts: [String]
        /// What its status records, as (value, host).
        let recorded: [(value: String, host: String)]
    }

    /// The addresses of one host.
    struct Allocation: Hashable, Sendable {
        let ipv4: String
        let ipv6: String
    }

    private var usedV4: Set<UInt32> = []
    private var usedV6: Set<UInt32> = []
    private var nextV4: UInt32 = 1
    private var nextV6: UInt32 = 1

    private static let baseV4: UInt32 = 240 << 24 | 240 << 16
    private static let lastV4: UInt32 = 0xFFFE

    /// Allocates for all claims at once.
    /// - Parameter taken: addresses that people gave to services themselves.
    /// - Returns: by position of the claim, then by host.
    static func allocate(_ claims: [Claim], taken: [String]) -> [[String: Allocation]] {
        var allocator = AddressAllocator()
        for address in taken { allocator.markUsed(address) }
        let order = claims.indices.sorted { Self.precedes(claims[$0], claims[$1]) }
        var result = [[String: Allocation]](repeating: [:], count: claims.count)
        for index in order { result[index] = allocator.keep(claims[index]) }
        for index in order {
            for host in claims[index].hosts where result[index][host] == nil {
                guard let allocation = allocator.next() else { return result }
                result[index][host] = allocation
            }
        }
        return result
    }

    private static func precedes(_ left: Claim, _ right: Claim) -> Bool {
        (left.creationTimestamp, left.namespace, left.name)
            < (right.creationTimestamp, right.namespace, right.name)
    }

    private mutating func markUsed(_ address: String) {
        guard let parsed = IPAddress(address) else { return }
        if let offset = Self.offset(of: parsed) {
            if parsed.isV4 { usedV4.insert(offset) } else { usedV6.insert(offset) }
        }
    }

    /// Keeps a claim's recorded addresses, all or none: an object whose
    /// address someone older has gets all of its addresses anew.
    private mutating func keep(_ claim: Claim) -> [String: Allocation] {
        var v4: [String: String] = [:]
        var v6: [String: String] = [:]
        var claimedV4: [UInt32] = []
        var claimedV6: [UInt32] = []
        for entry in claim.recorded where claim.hosts.contains(entry.host) {
            guard let parsed = IPAddress(entry.value), let offset = Self.offset(of: parsed) else {
                continue
            }
            if parsed.isV4 {
                if usedV4.contains(offset) || claimedV4.contains(offset) { return [:] }
                claimedV4.append(offset)
                v4[entry.host] = parsed.description
            } else {
                if usedV6.contains(offset) || claimedV6.contains(offset) { return [:] }
                claimedV6.append(offset)
                v6[entry.host] = parsed.description
            }
        }
        var kept: [String: Allocation] = [:]
        for (host, address) in v4 {
            guard let second = v6[host] else { continue }
            kept[host] = Allocation(ipv4: address, ipv6: second)
        }
        usedV4.formUnion(claimedV4)
        usedV6.formUnion(claimedV6)
        return kept
    }

    private mutating func next() -> Allocation? {
        while usedV4.contains(nextV4) { nextV4 += 1 }
        while usedV6.contains(nextV6) { nextV6 += 1 }
        guard nextV4 <= Self.lastV4 else { return nil }
        usedV4.insert(nextV4)
        usedV6.insert(nextV6)
        return Allocation(
            ipv4: IPAddress(v4: Self.baseV4 + nextV4).description,
            ipv6: Self.v6(offset: nextV6).description)
    }

    private static func v6(offset: UInt32) -> IPAddress {
        var bytes: [UInt8] = [0x20, 0x01, 0x00, 0x02] + [UInt8](repeating: 0, count: 12)
        for index in 0..<4 { bytes[12 + index] = UInt8(truncatingIfNeeded: offset >> (24 - 8 * index)) }
        return IPAddress(bytes: bytes)
    }

    /// The position of an address in its pool; nil outside the pools.
    private static func offset(of address: IPAddress) -> UInt32? {
        if let value = address.v4Value {
            return value & 0xFFFF_0000 == baseV4 ? value & 0xFFFF : nil
        }
        let bytes = address.bytes
        guard bytes.prefix(4).elementsEqual([0x20, 0x01, 0x00, 0x02]),
            bytes[4..<12].allSatisfy({ $0 == 0 })
        else { return nil }
        return bytes[12..<16].reduce(0) { $0 << 8 | UInt32($1) }
    }
}
