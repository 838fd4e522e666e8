/// The address that Gloo Mesh gives an external service which declares none.
///
/// FNV-1 (32 bit, not FNV-1a) over name, namespace and cluster followed by
/// `kube-service`, taken little-endian and forced into a block. The function is
/// stateless, so every cluster computes the same address; what it lacks,
/// collision handling, is ``ServiceAddressAllocator``'s.
public enum ServiceAddress {
    /// The block every address lies in, class E: no real host has one.
    public static let block = "240.0.0.0/4"

    /// - Parameters:
    ///   - name: The ServiceEntry's name.
    ///   - namespace: The ServiceEntry's namespace.
    ///   - cluster: The target cluster's name; empty when the writer is local to it.
    ///   - attempt: 0 for the address that Gloo Mesh itself would choose; higher
    ///     numbers give the addresses tried after a collision.
    /// - Returns: The address as a big-endian number.
    public static func hash(name: String, namespace: String, cluster: String, attempt: Int = 0) -> UInt32 {
        let suffix = attempt == 0 ? "" : "#\(attempt)"
        var hash: UInt32 = 2_166_136_261
        for byte in (name + namespace + cluster + "kube-service" + suffix).utf8 {
            hash = hash &* 16_777_619
            hash ^= UInt32(byte)
        }
        return hash.byteSwapped | 0xf000_0000
    }

    /// Dotted form of an address.
    public static func text(_ address: UInt32) -> String {
        [24, 16, 8, 0].map { String((address >> $0) & 0xff) }.joined(separator: ".")
    }
}
