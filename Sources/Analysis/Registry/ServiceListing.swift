public import MeshAPI
public import ServiceRegistry

/// The services of a mesh as its registry sees them, for people and for programs.
public struct ServiceListing: Sendable {
    private let snapshot: MeshSnapshot
    private let proxy: ProxyIdentity?

    /// A listing of all services.
    ///
    /// - Parameter proxy: Who dials them; the addresses that its apps dial are then listed as well.
    public init(_ snapshot: MeshSnapshot, seenBy proxy: ProxyIdentity? = nil) {
        self.snapshot = snapshot
        self.proxy = proxy
    }

    /// Where apps dial a service.
    private func dialled(_ service: Service) -> [String] {
        guard let proxy, case .addresses(let addresses) = snapshot.address(of: service, for: proxy) else { return [] }
        return addresses
    }

    /// Several lines for each service.
    public var text: String {
        snapshot.services.map(text(of:)).joined(separator: "\n")
    }

    /// A list of objects with host, namespace, registry, resolution, location, ports, addresses, allocatedAddresses,
    /// dialledAddresses, endpoints, visibility, subjectAltNames and objects.
    public var json: ConfigValue { .array(snapshot.services.map(value(of:))) }

    private func text(of service: Service) -> String {
        var lines = ["\(service.hostname)  (\(service.origins.map(\.description).joined(separator: ", ")))"]
        func line(_ name: String, _ text: String) { lines.append("  \(name.padded(to: 12))\(text)") }
        let ports = service.ports.map { port in
            "\(port.number) \(port.portProtocol.rawValue)" + (port.targetPort > 0 && port.targetPort != port.number ? " to \(port.targetPort)" : "")
        }
        line("ports", ports.joined(separator: ", "))
        line("resolution", service.resolution.word)
        let allocated = [service.allocatedIPv4, service.allocatedIPv6].compactMap { $0 }
        if !service.addresses.isEmpty { line("addresses", service.addresses.joined(separator: ", ")) }
        if !allocated.isEmpty { line("allocated", allocated.joined(separator: ", ")) }
        let dialled = dialled(service)
        if !dialled.isEmpty, dialled != service.addresses { line("dialled at", dialled.joined(separator: ", ")) }
        for port in service.ports {
            for endpoint in snapshot.endpoints(of: service, port: port) {
                line("endpoint", "\(endpoint.place) for port \(port.number)  (\(endpoint.origin))")
            }
        }
        line("visible to", service.visibility.words)
        return lines.joined(separator: "\n") + "\n"
    }

    private func value(of service: Service) -> ConfigValue {
        let endpoints = service.ports.flatMap { port in
            snapshot.endpoints(of: service, port: port).map { endpoint -> ConfigValue in
                [
                    "address": .string(endpoint.address), "port": .int(Int64(endpoint.port)), "servicePort": .int(Int64(port.number)),
                    "weight": .int(Int64(endpoint.weight)), "locality": .string(endpoint.locality), "network": .string(endpoint.network),
                    "labels": .object(endpoint.labels.fields), "object": .string(endpoint.origin.description),
                ]
            }
        }
        let ports = service.ports.map { port -> ConfigValue in
            [
                "number": .int(Int64(port.number)), "name": .string(port.name), "protocol": .string(port.portProtocol.rawValue),
                "targetPort": .int(Int64(port.targetPort > 0 ? port.targetPort : port.number)),
            ]
        }
        return [
            "host": .string(service.hostname),
            "namespace": .string(service.namespace),
            "registry": .string(service.registry.rawValue),
            "resolution": .string(service.resolution.word),
            "location": .string(service.isMeshExternal ? "MESH_EXTERNAL" : "MESH_INTERNAL"),
            "ports": .array(ports),
            "addresses": .strings(service.addresses),
            "allocatedAddresses": .strings([service.allocatedIPv4, service.allocatedIPv6].compactMap { $0 }),
            "dialledAddresses": .strings(dialled(service)),
            "endpoints": .array(endpoints),
            "visibility": .strings(service.visibility.entries),
            "subjectAltNames": .strings(service.subjectAltNames),
            "objects": .strings(service.origins.map(\.description)),
        ]
    }
}

extension ConfigValue {
    static func strings(_ texts: [String]) -> ConfigValue { .array(texts.map { .string($0) }) }
}

extension [String: String] {
    fileprivate var fields: OrderedFields {
        var fields = OrderedFields()
        for (key, value) in sorted(by: { $0.key < $1.key }) { fields[key] = .string(value) }
        return fields
    }
}

extension String {
    fileprivate func padded(to width: Int) -> String { self + String(repeating: " ", count: Swift.max(1, width - count)) }
}

extension ServiceEndpoint {
    fileprivate var place: String {
        if isUnixSocket { return "unix://\(address)" }
        return address.contains(":") ? "[\(address)]:\(port)" : "\(address):\(port)"
    }
}

extension Service.Resolution {
    /// The word of ServiceEntry's `resolution`.
    fileprivate var word: String {
        switch self {
        case .endpoints: "STATIC"
        case .dns: "DNS"
        case .dnsRoundRobin: "DNS_ROUND_ROBIN"
        case .passthrough: "NONE"
        case .dynamicDNS: "DYNAMIC_DNS"
        case .alias: "ALIAS"
        }
    }
}

extension Visibility {
    fileprivate var entries: [String] {
        switch self {
        case .everywhere: ["*"]
        case .nobody: []
        case .namespaces(let names): names.sorted()
        }
    }

    fileprivate var words: String {
        switch self {
        case .everywhere: "every namespace"
        case .nobody: "nobody"
        case .namespaces(let names): names.sorted().joined(separator: ", ")
        }
    }
}
