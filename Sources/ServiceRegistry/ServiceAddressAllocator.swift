/// Gives a cluster address to Kubernetes Services that have none: without a
/// cluster, nobody else does. A Service's address is a stable hash of its
/// namespace and name in 240.241.0.0/16, next to the range of the declared
/// external hosts and, like it, never routed; on a collision the Service that
/// sorts later by age, namespace and name takes the next free address.
///
/// Headless Services (`clusterIP: None`) get none.
struct ServiceAddressAllocator {
    /// A Service without an address.
    struct Claim {
        let namespace: String
        let name: String
        let creationTimestamp: String
    }

    private static let base: UInt32 = 240 << 24 | 241 << 16
    private static let count: UInt32 = 65_534

    /// - Parameter taken: addresses that services were declared with.
    /// - Returns: addresses by position of the claim; nil when none is left.
    static func allocate(_ claims: [Claim], taken: [String]) -> [String?] {
        var used: Set<UInt32> = []
        for address in taken {
            if let value = IPAddress(address)?.v4Value, value & 0xFFFF_0000 == base {
                used.insert(value & 0xFFFF)
            }
        }
        let order = claims.indices.sorted {
            (claims[$0].creationTimestamp, claims[$0].namespace, claims[$0].name)
                < (claims[$1].creationTimestamp, claims[$1].namespace, claims[$1].name)
        }
        var result = [String?](repeating: nil, count: claims.count)
        for index in order {
            let claim = claims[index]
            let start = hash("\(claim.namespace)/\(claim.name)") % count
            for step in 0..<count {
                let offset = 1 + (start + step) % count
                if used.insert(offset).inserted {
                    result[index] = IPAddress(v4: base + offset).description
                    break
                }
            }
        }
        return result
    }

    private static func hash(_ text: String) -> UInt32 {
        text.utf8.reduce(2_166_136_261) { ($0 ^ UInt32($1)) &* 16_777_619 }
    }
}
