extension ServiceEntry: ValidatedMessage {
    func validate(_ metadata: ObjectMeta, _ context: ValidationContext) {
        context.checkExportTo(exportTo, mayBeNone: true)
        context.checkSelector("workloadSelector", workloadSelector, subject: "service entry")
        if workloadSelector != nil, !endpoints.isEmpty {
            context.error(.resolutionMismatch, "only one of WorkloadSelector or Endpoints is allowed in Service Entry")
        }
        validateHosts(context)
        validateAddresses(context)
        validatePorts(metadata, context)
        validateResolution(metadata, context)
        validateHostSeparation(context)
    }

    private var hasWildcardHost: Bool { hosts.contains { $0.hasPrefix("*") } }

    private func validateHosts(_ context: ValidationContext) {
        if hosts.isEmpty {
            context.inside("hosts") {
                context.error(.invalidHost, "service entry must have at least one host; write the name that clients use under hosts")
            }
        }
        context.each("hosts", hosts) { _, host in
            if host == "*" {
                context.error(.invalidHost, "invalid host *; name the hosts, or a domain such as *.example.com")
            } else {
                context.error(.invalidHost, DomainName.wildcardProblem(host))
                if let problem = DomainName.partialWildcardProblem(host) {
                    context.warn(.partialWildcard, "\(problem); it is taken as it is and matches no host: write *.example.com")
                }
            }
        }
    }

    private func validateAddresses(_ context: ValidationContext) {
        context.each("addresses", addresses) { _, address in
            context.error(.invalidAddress, AddressText.subnetProblem(address))
        }
        if addresses.contains(where: { $0.contains("/") }), resolution != .none, resolution != .static, resolution != .dynamicDNS {
            context.inside("addresses") {
                context.error(.resolutionMismatch, "CIDR addresses are allowed only for NONE/STATIC resolution types")
            }
        }
    }

    private func validatePorts(_ metadata: ObjectMeta, _ context: ValidationContext) {
        var names: Set<String> = []
        var numbers: Set<UInt32> = []
        context.each("ports", ports) { _, port in
            if !names.insert(port.name).inserted {
                context.inside("name") { context.error(.duplicatePort, "service entry port name \"\(port.name)\" already defined") }
            }
            if !numbers.insert(port.number).inserted {
                context.inside("number") { context.error(.duplicatePort, "service entry port \(port.number) already defined") }
            }
            if port.targetPort != 0 { context.inside("targetPort") { context.checkPort(port.targetPort) } }
            context.inside("name") { context.checkPortName(port.name) }
            context.inside("protocol") { context.checkProtocol(port.protocol) }
            context.inside("number") { context.checkPort(port.number) }
            if addresses.isEmpty, port.protocol.isEmpty || port.protocol == "TCP", !hasAllocatedAddress(metadata) {
                context.warn(
                    .ambiguousPort,
                    "addresses are required for ports serving TCP (or unset) protocol when IP Autoallocation is not enabled; without one the port takes the traffic to every address")
            }
        }
    }

    /// Whether the control plane gives the service an address of its own.
    private func hasAllocatedAddress(_ metadata: ObjectMeta) -> Bool {
        if resolution == .none { return false }
        if hasWildcardHost, resolution != .dynamicDNS { return false }
        let option = "networking.istio.io/enable-autoallocate-ip"
        return metadata.labels[option] != "false" && metadata.annotations[option] != "false"
    }

    private func validateResolution(_ metadata: ObjectMeta, _ context: ValidationContext) {
        switch resolution {
        case .none:
            if !endpoints.isEmpty {
                context.inside("endpoints") {
                    context.error(.resolutionMismatch, "no endpoints should be provided for resolution type none; write resolution: STATIC or DNS to use them")
                }
            }
            if workloadSelector != nil {
                context.inside("workloadSelector") {
                    context.warn(.resolutionMismatch, "workloadSelector should not be set when resolution mode is NONE")
                }
            }
        case .static: validateStaticEndpoints(context)
        case .dns, .dnsRoundRobin: validateNamedEndpoints(context)
        case .dynamicDNS: validateDynamicResolution(metadata, context)
        }
    }

    private func validateStaticEndpoints(_ context: ValidationContext) {
        var hasSocket = false
        context.each("endpoints", endpoints) { _, endpoint in
            if endpoint.address.hasPrefix("unix://") { hasSocket = true }
            endpoint.validateEndpoint(of: self, allowsNames: false, context)
        }
        if hasSocket, ports.count != 1 {
            context.inside("ports") { context.error(.invalidEndpoint, "exactly 1 service port required for unix endpoints") }
        }
    }

    private func validateNamedEndpoints(_ context: ValidationContext) {
        if endpoints.isEmpty {
            context.each("hosts", hosts) { _, host in
                guard let problem = DomainName.problem(host) else { return }
                context.error(
                    .resolutionMismatch,
                    "hosts must be FQDN or contain only prefix wildcards if no endpoints are provided for resolution mode \(resolution.rawValue), \(problem); list endpoints, or write resolution: NONE or DYNAMIC_DNS")
            }
        }
        if resolution == .dnsRoundRobin, endpoints.count > 1 {
            context.inside("endpoints") {
                context.error(.resolutionMismatch, "there must only be 0 or 1 endpoint for resolution mode DNS_ROUND_ROBIN; write resolution: DNS to use several")
            }
        }
        context.each("endpoints", endpoints) { _, endpoint in
            if endpoint.address.isEmpty || endpoint.address.hasPrefix("unix://") {
                context.inside("address") {
                    context.error(
                        .invalidEndpoint, "endpoint address \"\(endpoint.address)\" is not a valid FQDN or an IP address; write resolution: STATIC for sockets and for endpoints of other networks")
                }
            } else {
                endpoint.validateEndpoint(of: self, allowsNames: true, context)
            }
        }
    }

    private func validateDynamicResolution(_ metadata: ObjectMeta, _ context: ValidationContext) {
        if !endpoints.isEmpty {
            context.inside("endpoints") {
                context.error(.resolutionMismatch, "endpoints cannot be set for resolution type DYNAMIC_DNS. Destination IP address determined from hosts field values")
            }
        }
        if !addresses.isEmpty {
            context.inside("addresses") {
                context.error(.resolutionMismatch, "addresses cannot be set for resolution type DYNAMIC_DNS. HTTP route domains will only be generated from the hosts field values")
            }
        }
        if hosts.isEmpty {
            context.inside("hosts") {
                context.error(.resolutionMismatch, "at least one wildcard host must be provided for resolution type DYNAMIC_DNS")
            }
        }
        context.each("hosts", hosts) { _, host in
            if !host.hasPrefix("*") {
                context.error(.resolutionMismatch, "host must be wildcarded for resolution mode DYNAMIC_DNS; write resolution: DNS for \(host)")
            }
        }
        context.each("ports", ports) { _, port in
            switch NetworkProtocol(name: port.protocol) {
            case .http, .tls, .grpc, .http2: break
            default:
                context.inside("protocol") {
                    context.error(.resolutionMismatch, "only HTTP, TLS, GRPC, and HTTP2 protocols are supported for resolution type DYNAMIC_DNS")
                }
            }
        }
        if location == .meshInternal, metadata.labels["istio.io/use-waypoint"] != nil {
            context.inside("location") {
                context.error(.resolutionMismatch, "location MESH_INTERNAL with resolution type DYNAMIC_DNS is not supported when using waypoints")
            }
        }
    }

    /// Whether the ports carry enough to tell the hosts apart.
    private func validateHostSeparation(_ context: ValidationContext) {
        guard hosts.count > 1 else { return }
        let protocols = ports.map { NetworkProtocol(name: $0.protocol) }
        if resolution != .none, let index = protocols.firstIndex(where: { !($0?.isHTTP ?? false) && !($0?.isTLS ?? false) }) {
            context.inside("ports") {
                context.path.push(.index(index))
                context.error(.ambiguousPort, "multiple hosts provided with non-HTTP, non-TLS ports; write a ServiceEntry for each host, or resolution: NONE")
                context.path.pop()
            }
        }
        if !addresses.isEmpty, resolution == .dns || resolution == .dnsRoundRobin, protocols.contains(where: { $0?.isTCP ?? false }) {
            context.inside("addresses") {
                context.warn(.ambiguousPort, "service entry can not have more than one host specified simultaneously with address and tcp port")
            }
        }
    }
}
