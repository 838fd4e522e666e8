/// The former allocation of Istio: an address computed from a hash of
/// namespace and host, the same wherever it is computed. Used for proxies
/// that ask for it (`DNS_AUTO_ALLOCATE`) where an object's status records none.
///
/// Every declaration takes a slot, also a second one of the same host; the
/// lower slot of a host gives its address.
struct HashedAddresses: Sendable {
    private static let count: UInt32 = 256 * 254
    private static let prime: UInt32 = 65011

    private let addresses: [ServiceKey: (ipv4: String, ipv6: String)]

    /// - Parameter services: in registry order; those that need no address
    ///   are left out by the caller.
    init(_ services: [Service]) {
        var table: [UInt32: ServiceKey] = [:]
        for service in services where table.count < Self.count - 1 {
            Self.place(service.key, in: &table)
        }
        var addresses: [ServiceKey: (ipv4: String, ipv6: String)] = [:]
        addresses.reserveCapacity(table.count)
        var skipped: UInt32 = 0
        for (slot, key) in table.sorted(by: { $0.key < $1.key }) {
            var ordinal = slot + 1 + skipped
            if ordinal % 255 == 0 {
                skipped += 1
                ordinal += 1
            }
            if addresses[key] == nil { addresses[key] = Self.text(of: ordinal) }
        }
        self.addresses = addresses
    }

    subscript(service: Service) -> (ipv4: String, ipv6: String)? { addresses[service.key] }

    private static func place(_ key: ServiceKey, in table: inout [UInt32: ServiceKey]) {
        let hash = fnv1a("\(key.namespace)/\(key.hostname)")
        var slot = hash % count
        let step = prime - hash % prime
        var attempt: UInt32 = 0
        while table[slot] != nil {
            attempt += 1
            guard attempt < count else { return }
            slot = (hash &+ attempt &* step) % (count - 1)
        }
        table[slot] = key
    }

    private static func text(of ordinal: UInt32) -> (ipv4: String, ipv6: String) {
        let third = ordinal / 255
        let fourth = ordinal % 255
        let low = String(fourth, radix: 16)
        let ipv6 = third == 0 ? low : String(third, radix: 16) + low
        return ("240.240.\(third).\(fourth)", "2001:2::f0f0:\(ipv6)")
    }

    private static func fnv1a(_ text: String) -> UInt32 {
        text.utf8.reduce(2_166_136_261) { ($0 ^ UInt32($1)) &* 16_777_619 }
    }
}
