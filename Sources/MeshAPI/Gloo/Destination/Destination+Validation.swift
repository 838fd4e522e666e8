extension Destination: ValidatedMessage {
    func validate(_ metadata: ObjectMeta, _ context: ValidationContext) {
        if let externalService {
            context.inside("externalService") { externalService.validate(context) }
        } else if kubeService == nil {
            context.error(.invalidExternalService, "a Destination is an externalService or a kubeService; write one of them")
        }
    }
}

extension Destination.ExternalService {
    private static let protocols: Set<String> = ["HTTP", "HTTPS", "GRPC", "HTTP2", "MONGO", "TCP", "TLS"]

    func validate(_ context: ValidationContext) {
        if name.isEmpty {
            context.inside("name") { context.error(.invalidExternalService, "name is required: it becomes the name of the ServiceEntry") }
        } else if name != name.lowercased() || name.utf8.count > 253 || DomainName.problem(name + ".local") != nil {
            context.inside("name") {
                context.error(.invalidExternalService, "invalid name \"\(name)\"; write lowercase letters, digits, hyphens and dots: it becomes the name of the ServiceEntry")
            }
        }
        validateHosts(context)
        validatePorts(context)
        validateEndpoints(context)
    }

    private func validateHosts(_ context: ValidationContext) {
        if hosts.isEmpty {
            context.inside("hosts") { context.error(.invalidHost, "at least one host is required: it is the name that clients use") }
        }
        context.each("hosts", hosts) { _, host in
            if host == "*" {
                context.error(.invalidHost, "invalid host *; name the hosts, or a domain such as *.example.com")
            } else if let problem = DomainName.wildcardProblem(host) {
                context.error(.invalidHost, problem)
            } else if let problem = DomainName.partialWildcardProblem(host) {
                context.error(.partialWildcard, "\(problem); write *.example.com")
            }
        }
        context.each("addresses", addresses) { _, address in context.error(.invalidAddress, AddressText.subnetProblem(address)) }
        if addresses.contains(where: { $0.contains("/") }), endpoints.contains(where: { !AddressText.isAddress($0.address) }) {
            context.inside("addresses") {
                context.error(.resolutionMismatch, "CIDR addresses don't go with endpoints that are names: the service would be resolved by DNS")
            }
        }
    }

    private func validatePorts(_ context: ValidationContext) {
        if ports.isEmpty {
            context.inside("ports") { context.error(.invalidPort, "at least one port is required: a service without ports takes no traffic") }
        }
        var names: Set<String> = []
        var numbers: Set<UInt32> = []
        context.each("ports", ports) { _, port in
            context.inside("number") {
                context.checkPort(port.number)
                if !numbers.insert(port.number).inserted { context.error(.duplicatePort, "port \(port.number) already defined") }
            }
            context.inside("name") {
                context.checkPortName(port.name)
                if !names.insert(port.name).inserted { context.error(.duplicatePort, "port name \"\(port.name)\" already defined") }
            }
            context.inside("protocol") {
                if !Self.protocols.contains(port.protocol.uppercased()) {
                    context.error(
                        .unknownProtocol, "unsupported protocol: \(port.protocol); write one of HTTP, HTTPS, GRPC, HTTP2, MONGO, TCP, TLS")
                }
            }
            let isTLS = NetworkProtocol(name: port.protocol)?.isTLS == true
            if port.number == 443, NetworkProtocol(name: port.protocol) == .http {
                context.warn(.unknownProtocol, "port 443 usually carries TLS; write protocol: HTTPS, or originate TLS with a policy")
            } else if port.number == 80, isTLS {
                context.warn(.unknownProtocol, "port 80 usually carries plain HTTP; write protocol: HTTP")
            }
        }
    }

    private func validateEndpoints(_ context: ValidationContext) {
        var hasName = false
        var hasIPv6 = false
        context.each("endpoints", endpoints) { _, endpoint in
            hasName = hasName || !AddressText.isAddress(endpoint.address)
            hasIPv6 = hasIPv6 || AddressText.isIPv6(endpoint.address)
            context.inside("address") {
                if endpoint.address.isEmpty {
                    context.error(.invalidEndpoint, "address is required; write a domain name or an IP address")
                } else if !AddressText.isAddress(endpoint.address), DomainName.problem(endpoint.address) != nil || endpoint.address.hasSuffix(".") {
                    context.error(
                        .invalidEndpoint,
                        "endpoint address \"\(endpoint.address)\" is not a valid FQDN or an IP address; write the bare name, and the port under ports")
                }
            }
            context.each("ports", endpoint.ports) { name, port in
                if !ports.contains(where: { $0.name == name }) {
                    let names = ports.map(\.name).joined(separator: ", ")
                    context.error(.invalidEndpoint, "endpoint port \(port) is not defined by the service entry; its ports are named \(names)")
                }
                context.checkPort(port)
            }
        }
        if hasName, hasIPv6 {
            context.inside("endpoints") { context.error(.resolutionMismatch, "endpoints contain both ipv6 and hostname addresses") }
        }
    }
}
