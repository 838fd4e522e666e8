extension Gateway: ValidatedMessage {
    func validate(_ metadata: ObjectMeta, _ context: ValidationContext) {
        // Set by whoever turned a Gateway of the Kubernetes Gateway API into this one.
        let isGenerated = metadata.annotations["internal.istio.io/gateway-semantics"] == "gateway"
        if !metadata.name.isEmpty, !isGenerated, !DomainName.isLabel(metadata.name) {
            context.error(.invalidMetadata, "invalid gateway name: \"\(metadata.name)\"; write up to 63 letters, digits and inner hyphens")
        }
        if servers.isEmpty { context.inside("servers") { context.error(.invalidServer, "gateway must have at least one server") } }
        var names: Set<String> = []
        context.each("servers", servers) { _, server in
            server.validate(isGenerated: isGenerated, context)
            guard let port = server.port else { return }
            context.inside("port") {
                context.inside("name") {
                    if !names.insert(port.name).inserted {
                        context.error(.invalidServer, "port names in servers must be unique: duplicate name \(port.name)")
                    }
                }
            }
            if NetworkProtocol(name: port.protocol)?.isHTTP != true, server.tls?.httpsRedirect == true {
                context.inside("tls") { context.warn(.invalidServerTLS, "tls.httpsRedirect should only be used with http servers") }
            }
        }
    }
}

extension Gateway.Server {
    func validate(isGenerated: Bool, _ context: ValidationContext) {
        if hosts.isEmpty { context.inside("hosts") { context.error(.invalidServer, "server config must contain at least one host; * means all") } }
        context.each("hosts", hosts) { _, host in context.checkNamespacedHost(host, isGateway: true, allowsNone: isGenerated) }
        validateBind(context)
        if let tls { context.inside("tls") { tls.validate(context) } }
        guard let port else {
            context.inside("port") { context.error(.invalidServer, "port is required") }
            return
        }
        context.inside("port") { port.validate(bind: bind, context) }
        if port.name.isEmpty || NetworkProtocol(name: port.protocol) == nil { return }
        validateTLSUse(port, context)
    }

    private func validateBind(_ context: ValidationContext) {
        context.inside("bind") {
            if bind.hasPrefix("unix://") {
                context.checkSocketPath(bind.dropFirst("unix://".count))
            } else if !bind.isEmpty, !AddressText.isAddress(bind) {
                context.error(.invalidAddress, "\(bind) is not a valid IP")
            }
        }
        if bind.hasPrefix("unix://"), let port, port.number != 0 {
            context.inside("port") {
                context.error(.invalidPort, "port number must be 0 for unix domain socket: number:\(port.number) protocol:\"\(port.protocol)\" name:\"\(port.name)\"")
            }
        }
    }

    /// TLS settings belong to TLS ports, except for the redirect away from plain HTTP.
    private func validateTLSUse(_ port: Gateway.Port, _ context: ValidationContext) {
        let portProtocol = NetworkProtocol(name: port.protocol)
        guard let tls else {
            if portProtocol?.isTLS == true { context.error(.invalidServerTLS, "server must have TLS settings for HTTPS/TLS protocols; write tls.mode") }
            return
        }
        guard portProtocol?.isTLS != true else { return }
        context.inside("tls") {
            if portProtocol?.isHTTP != true {
                context.error(.invalidServerTLS, "server cannot have TLS settings for non HTTPS/TLS ports")
            } else if (tls.mode != .passthrough && tls.mode != .autoPassthrough)
                || !tls.caCertificates.isEmpty || !tls.privateKey.isEmpty || !tls.serverCertificate.isEmpty
            {
                context.error(.invalidServerTLS, "server cannot have TLS settings for plain text HTTP ports; only httpsRedirect is allowed here")
            }
        }
    }
}

extension Gateway.Port {
    func validate(bind: String, _ context: ValidationContext) {
        if NetworkProtocol(name: self.protocol) == nil {
            context.inside("protocol") {
                context.error(
                    .unknownProtocol,
                    "invalid protocol \"\(self.protocol)\", supported protocols are HTTP, HTTP2, GRPC, GRPC-WEB, MONGO, REDIS, MYSQL, TCP")
            }
        }
        if number > 0 || !bind.hasPrefix("unix://") { context.inside("number") { context.checkPort(number) } }
        if targetPort > 0 { context.inside("targetPort") { context.error(.invalidPort, "targetPort has no impact on Gateways") } }
        if name.isEmpty { context.inside("name") { context.error(.invalidPortName, "port name must be set: number:\(number) protocol:\"\(self.protocol)\"") } }
    }
}

extension ValidationContext {
    /// A host with the namespace that it comes from: `namespace/host`.
    func checkNamespacedHost(_ host: String, isGateway: Bool, allowsNone: Bool) {
        guard let slash = host.firstIndex(of: "/") else {
            if isGateway {
                checkListenerHost(host, isGateway: true)
            } else {
                error(.invalidListenerHost, "host must be of form namespace/dnsName; write */\(host) for all namespaces or ./\(host) for this one")
            }
            return
        }
        let namespace = host[..<slash]
        let name = String(host[host.index(after: slash)...])
        if namespace.isEmpty || name.isEmpty { error(.invalidListenerHost, "config namespace and dnsName in host entry cannot be empty") }
        let isKeyword = namespace == "*" || namespace == "." || (namespace == "~" && allowsNone)
        let plain = !isGateway && namespace.hasPrefix("~") ? namespace.dropFirst() : namespace
        let isName = DomainName.isLabel(plain) && (isGateway || plain == plain.lowercased())
        if !namespace.isEmpty, !isKeyword, !isName {
            error(.invalidListenerHost, "invalid namespace value \"\(namespace)\" in \(isGateway ? "gateway" : "sidecar")")
        }
        checkListenerHost(name, isGateway: isGateway)
    }

    private func checkListenerHost(_ host: String, isGateway: Bool) {
        if host != "*", !host.contains(".") {
            error(.invalidListenerHost, "short names (non FQDN) are not allowed; write \(host).NAMESPACE.svc.cluster.local")
        }
        if let problem = DomainName.wildcardProblem(host), !isGateway || !AddressText.isAddress(host) { error(.invalidListenerHost, problem) }
        error(.partialWildcard, DomainName.partialWildcardProblem(host), advice: "write *.example.com")
    }
}
