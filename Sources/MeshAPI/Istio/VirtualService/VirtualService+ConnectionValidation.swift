extension VirtualService.TLSRoute {
    func validate(service: VirtualService, _ context: ValidationContext) {
        if match.isEmpty { context.inside("match") { context.error(.invalidMatch, "TLS route must have at least one match condition") } }
        context.each("match", match) { _, match in
            if match.sniHosts.isEmpty { context.inside("sniHosts") { context.error(.invalidServerName, "TLS match must have at least one SNI host") } }
            context.each("sniHosts", match.sniHosts) { _, host in service.validateServerName(host, context) }
            context.checkConnection(
                subnets: match.destinationSubnets, port: match.port, labels: match.sourceLabels, gateways: match.gateways,
                namespace: match.sourceNamespace)
        }
        if route.isEmpty { context.error(.missingRoute, "TLS route is required") }
        context.checkRoutes(route)
    }
}

extension VirtualService.TCPRoute {
    func validate(_ context: ValidationContext) {
        context.each("match", match) { _, match in
            context.checkConnection(
                subnets: match.destinationSubnets, port: match.port, labels: match.sourceLabels, gateways: match.gateways,
                namespace: match.sourceNamespace)
        }
        if route.isEmpty { context.error(.missingRoute, "TCP route is required") }
        context.checkRoutes(route)
    }
}

extension VirtualService {
    fileprivate func validateServerName(_ name: String, _ context: ValidationContext) {
        let isGateway = !gateways.contains("mesh")
        let problem = isGateway ? DomainName.gatewayProblem(name, isServerName: true) : DomainName.wildcardProblem(name)
        if let problem {
            if AddressText.isAddress(name) {
                context.warn(.invalidServerName, "using an IP address (\"\(name)\") goes against SNI spec and most clients do not support this")
            } else {
                context.error(.invalidServerName, problem)
            }
        } else if !hosts.contains(where: { DomainName.isSubset(name, of: $0) }) {
            let hosts = hosts.joined(separator: ", ")
            context.error(
                .invalidServerName, "SNI host \"\(name)\" is not a compatible subset of any of the virtual service hosts: [\(hosts)]; add it to hosts")
        }
    }
}

extension ValidationContext {
    fileprivate func checkConnection(subnets: [String], port: UInt32, labels: [String: String], gateways: [String], namespace: String) {
        each("destinationSubnets", subnets) { _, subnet in error(.invalidAddress, AddressText.subnetProblem(subnet)) }
        if port != 0 { inside("port") { checkPort(port) } }
        checkLabels("sourceLabels", labels)
        VirtualService.validateGatewayNames(gateways, self)
    }

    fileprivate func checkRoutes(_ routes: [VirtualService.RouteDestination]) {
        each("route", routes) { _, route in checkDestination(route.destination, weight: route.weight) }
        checkWeights(routes.map(\.weight))
    }
}
