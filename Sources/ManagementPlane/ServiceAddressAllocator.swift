/// Gives external services addresses that nobody else has.
///
/// A value: the same requests in the same order give the same addresses. Callers
/// ask in the order of the ServiceEntries' keys, so arrival order never matters.
public struct ServiceAddressAllocator: Sendable {
    private var taken: Set<String>

    /// - Parameter reserved: Addresses that objects name themselves.
    public init(reserved: Set<String> = []) {
        taken = reserved
    }

    /// The first free address of the hash sequence of ``ServiceAddress``.
    ///
    /// Left out besides taken ones: Istio's own automatic block
    /// `240.240.0.0/16`, and the limited broadcast address.
    public mutating func allocate(name: String, namespace: String, cluster: String) -> String {
        var attempt = 0
        while true {
            let address = ServiceAddress.hash(name: name, namespace: namespace, cluster: cluster, attempt: attempt)
            let text = ServiceAddress.text(address)
            attempt += 1
            guard address >> 16 != 0xf0f0, address != .max, taken.insert(text).inserted else { continue }
            return text
        }
    }
}
