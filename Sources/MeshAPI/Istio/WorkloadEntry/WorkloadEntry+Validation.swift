extension WorkloadEntry: ValidatedMessage {
    func validate(_ metadata: ObjectMeta, _ context: ValidationContext) {
        validateEndpoint(of: nil, allowsNames: true, context)
    }

    /// Judges the entry alone, or as an endpoint of a service.
    func validateEndpoint(of service: ServiceEntry?, allowsNames: Bool, _ context: ValidationContext) {
        if address.isEmpty {
            context.inside("address") {
                if network.isEmpty {
                    context.error(.invalidEndpoint, "address is required; write an IP address, a domain name or unix:///path")
                } else {
                    context.warn(.invalidEndpoint, "address is unset with network \"\(network)\"")
                }
            }
            if network.isEmpty { return }
        }
        if address.hasPrefix("unix://") {
            context.inside("address") { context.checkSocketPath(address.dropFirst("unix://".count)) }
            if !ports.isEmpty {
                context.inside("ports") { context.error(.invalidEndpoint, "unix endpoint \(address) must not include ports") }
            }
        } else if !address.isEmpty, !AddressText.isAddress(address) {
            context.inside("address") {
                if !allowsNames {
                    context.error(.invalidEndpoint, "endpoint address \"\(address)\" is not a valid IP address; write resolution: DNS to use names")
                } else if DomainName.problem(address) != nil {
                    context.error(.invalidEndpoint, "endpoint address \"\(address)\" is not a valid FQDN or an IP address; ports are written under ports")
                }
            }
        }
        context.each("ports", ports) { name, port in
            if let service, !address.hasPrefix("unix://"), !service.ports.contains(where: { $0.name == name }) {
                let names = service.ports.map(\.name).joined(separator: ", ")
                context.error(.invalidEndpoint, "endpoint port \(port) is not defined by the service entry; its ports are named \(names)")
            }
            context.checkPortName(name)
            context.checkPort(port)
        }
        context.checkLabels("labels", labels)
    }
}

extension WorkloadGroup: ValidatedMessage {
    func validate(_ metadata: ObjectMeta, _ context: ValidationContext) {
        if let labels = self.metadata?.labels {
            context.inside("metadata") { context.checkLabels("labels", labels) }
        }
        if let template {
            context.inside("template") { validateTemplate(template, context) }
        }
        if let probe {
            context.inside("probe") { probe.validate(context) }
        }
    }

    /// The address may be missing: each workload brings its own.
    private func validateTemplate(_ template: WorkloadEntry, _ context: ValidationContext) {
        context.each("ports", template.ports) { name, port in
            context.checkPortName(name)
            context.checkPort(port)
        }
        if template.address.hasPrefix("unix://") {
            context.inside("address") { context.checkSocketPath(template.address.dropFirst("unix://".count)) }
            if !template.ports.isEmpty {
                context.inside("ports") { context.error(.invalidEndpoint, "unix endpoint \(template.address) must not include ports") }
            }
        }
    }
}

extension ReadinessProbe {
    func validate(_ context: ValidationContext) {
        if let httpGet {
            context.inside("httpGet") {
                context.inside("port") { context.checkPort(httpGet.port) }
                if !["", "HTTP", "HTTPS"].contains(httpGet.scheme) {
                    context.inside("scheme") { context.error(.invalidProbe, "httpGet.scheme must be one of \"HTTPS\", \"HTTP\"") }
                }
                context.each("httpHeaders", httpGet.httpHeaders) { _, header in
                    context.inside("name") { context.error(.invalidHeader, HeaderText.nameProblem(header.name)) }
                }
            }
        } else if let tcpSocket {
            context.inside("tcpSocket") { context.inside("port") { context.checkPort(tcpSocket.port) } }
        } else if let exec {
            if exec.command.isEmpty { context.inside("exec") { context.error(.invalidProbe, "exec.command is required") } }
        } else if let grpc {
            context.inside("grpc") { context.inside("port") { context.checkPort(grpc.port) } }
        } else {
            context.error(.invalidProbe, "unknown health check method; write one of httpGet, tcpSocket, exec, grpc")
        }
    }
}
