public import MeshAPI

extension MeshSnapshot {
    /// Where a proxy's application dials a service.
    public enum ServiceAddress: Sendable, Hashable {
        /// At no address of its own.
        case unspecified
        /// At these addresses and ranges.
        case addresses([String])
    }

    /// The addresses that a service has for a proxy: its own, else the one
    /// given to it, which only those see whose DNS the mesh answers.
    public func address(of service: Service, for proxy: ProxyIdentity) -> ServiceAddress {
        if !service.addresses.isEmpty {
            let usable = service.addresses.filter { address in
                let isV6 = address.utf8.contains(UInt8(ascii: ":"))
                return isV6 ? proxy.supportsIPv6 : proxy.supportsIPv4
            }
            return .addresses(usable.isEmpty ? service.addresses : usable)
        }
        guard proxy.capturesDNS else { return .unspecified }
        var ipv4 = service.allocatedIPv4
        var ipv6 = service.allocatedIPv6
        if proxy.usesHashedAddresses, service.isHashAddressable,
            let hashed = hashedAddresses()[service]
        {
            ipv4 = hashed.ipv4
            ipv6 = hashed.ipv6
        }
        let chosen = [proxy.supportsIPv4 ? ipv4 : nil, proxy.supportsIPv6 ? ipv6 : nil].compactMap { $0 }
        return chosen.isEmpty ? .unspecified : .addresses(chosen)
    }

    /// What the allocator gave to a host of a ServiceEntry: what belongs into
    /// its `status.addresses`.
    public func allocatedAddresses() -> [AllocatedAddress] {
        services.compactMap { service in
            guard let ipv4 = service.allocatedIPv4, let ipv6 = service.allocatedIPv6,
                service.registry == .external
            else { return nil }
            return AllocatedAddress(
                origin: service.origin, host: service.hostname, ipv4: ipv4, ipv6: ipv6)
        }
    }

    /// Addresses that the mesh gave to a declared host.
    public struct AllocatedAddress: Sendable, Hashable {
        /// The ServiceEntry.
        public let origin: ObjectReference
        /// The host.
        public let host: String
        /// Its IPv4 address.
        public let ipv4: String
        /// Its IPv6 address.
        public let ipv6: String
    }
}
