extension VirtualService: ValidatedMessage {
    private var isDelegate: Bool { hosts.isEmpty }

    /// Whether sidecars apply the rules.
    private var appliesToMesh: Bool { gateways.isEmpty || gateways.contains("mesh") }

    func validate(_ metadata: ObjectMeta, _ context: ValidationContext) {
        validateDelegate(context)
        Self.validateGatewayNames(gateways, context)
        validateHosts(context)
        if http.isEmpty, tcp.isEmpty, tls.isEmpty {
            context.error(.missingRoute, "http, tcp or tls must be provided in virtual service")
        }
        context.each("http", http) { _, route in
            route.validate(isDelegate: isDelegate, context)
            validateClaims(route, context)
        }
        context.each("tls", tls) { _, route in route.validate(service: self, context) }
        context.each("tcp", tcp) { _, route in route.validate(context) }
        context.checkExportTo(exportTo, mayBeNone: false)
        warnOfUnusedRules(context)
    }

    /// Without hosts the object is a delegate, which has http rules and nothing else.
    private func validateDelegate(_ context: ValidationContext) {
        guard isDelegate else { return }
        if !gateways.isEmpty {
            context.inside("gateways") { context.error(.invalidDelegate, "delegate virtual service must have no gateways specified; write hosts if it isn't a delegate") }
        }
        if !tls.isEmpty { context.inside("tls") { context.error(.invalidDelegate, "delegate virtual service must have no tls route specified") } }
        if !tcp.isEmpty { context.inside("tcp") { context.error(.invalidDelegate, "delegate virtual service must have no tcp route specified") } }
    }

    /// Claims of tokens are only known at gateways.
    private func validateClaims(_ route: HTTPRoute, _ context: ValidationContext) {
        guard appliesToMesh else { return }
        context.each("match", route.match) { _, match in
            for (field, headers) in [("headers", match.headers), ("withoutHeaders", match.withoutHeaders)] {
                context.each(field, headers) { name, _ in
                    guard HeaderText.isClaim(name) else { return }
                    let found = gateways.joined(separator: " ")
                    context.error(.invalidMatch, "JWT claim based routing (key: \(name)) is only supported for gateway, found no gateways: [\(found)]")
                }
            }
        }
    }

    private func validateHosts(_ context: ValidationContext) {
        let hasServerNames = tls.contains { $0.match.contains { !$0.sniHosts.isEmpty } }
        var areValid = true
        context.each("hosts", hosts) { _, host in
            let problem = appliesToMesh ? DomainName.wildcardProblem(host) : DomainName.gatewayProblem(host, isServerName: hasServerNames)
            if let problem {
                if AddressText.isAddress(host) { return }
                context.error(.invalidHost, problem)
                areValid = false
            } else if host == "*", appliesToMesh {
                context.error(.invalidHost, "wildcard host * is not allowed for virtual services bound to the mesh gateway; name the hosts")
                areValid = false
            }
        }
        guard areValid else { return }
        for first in hosts.indices {
            for second in hosts.indices[(first + 1)...] where DomainName.overlap(hosts[first], hosts[second]) {
                context.inside("hosts") {
                    context.path.push(.index(second))
                    context.error(.duplicateHost, "duplicate hosts in virtual service: \(hosts[first]) & \(hosts[second])")
                    context.path.pop()
                }
            }
        }
    }

    /// The references to gateways of the object or of a condition.
    static func validateGatewayNames(_ gateways: [String], _ context: ValidationContext) {
        var isDone = false
        context.each("gateways", gateways) { _, gateway in
            if isDone { return }
            guard let slash = gateway.firstIndex(of: "/") else {
                if gateway.contains(".") {
                    let parts = gateway.split(separator: ".", omittingEmptySubsequences: false)
                    context.warn(
                        .invalidGatewayName,
                        "using legacy gatewayName format \"\(gateway)\"; prefer the <namespace>/<name> format: \"\(parts[1])/\(parts[0])\"")
                }
                context.error(.invalidGatewayName, DomainName.problem(gateway))
                // Istio looks no further than the first gateway without a namespace.
                isDone = true
                return
            }
            let (namespace, name) = (gateway[..<slash], gateway[gateway.index(after: slash)...])
            if namespace.isEmpty || name.isEmpty { context.error(.invalidGatewayName, "config namespace and gateway name cannot be empty") }
            if !DomainName.isLabel(namespace) { context.error(.invalidGatewayName, "invalid value for namespace: \"\(namespace)\"") }
            if !DomainName.isLabel(name) { context.error(.invalidGatewayName, "invalid value for gateway name: \"\(name)\"") }
        }
    }
}

extension VirtualService.Destination {
    func validate(_ context: ValidationContext) {
        context.inside("host") {
            if host == "*" {
                context.error(.invalidDestination, "invalid destination host *; name a service")
            } else {
                context.error(.invalidDestination, DomainName.wildcardProblem(host))
            }
        }
        if !subset.isEmpty, !DomainName.isLabel(subset) {
            context.inside("subset") { context.error(.invalidSubset, "subset name is invalid: \(subset)") }
        }
        if let port { context.inside("port") { context.inside("number") { context.checkPort(port.number) } } }
    }
}

extension VirtualService.Headers {
    func validate(_ context: ValidationContext) {
        for (field, operations, isRequest) in [("request", request, true), ("response", response, false)] {
            guard let operations else { continue }
            context.inside(field) {
                for (name, values) in [("set", operations.set), ("add", operations.add)] {
                    context.each(name, values) { name, value in
                        context.error(.invalidHeader, HeaderText.changeProblem(name, allowsAuthority: isRequest))
                        context.error(.invalidHeader, HeaderText.valueProblem(value))
                    }
                }
                context.each("remove", operations.remove) { _, name in
                    context.error(.invalidHeader, HeaderText.changeProblem(name, allowsAuthority: false))
                }
            }
        }
    }
}
