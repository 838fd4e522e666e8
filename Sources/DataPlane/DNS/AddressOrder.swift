internal import CPetrelSystem

/// The order in which the addresses of one name are tried (RFC 8305, section 4).
enum AddressOrder {
    /// Families take turns, beginning with that of the first address; within
    /// a family the resolver's order stays.
    static func interleaved(_ addresses: [petrel_address]) -> [petrel_address] {
        guard let first = addresses.first else { return [] }
        let same = addresses.filter { $0.family == first.family }
        let other = addresses.filter { $0.family != first.family }
        var result: [petrel_address] = []
        for index in 0..<max(same.count, other.count) {
            if index < same.count { result.append(same[index]) }
            if index < other.count { result.append(other[index]) }
        }
        return result
    }
}
