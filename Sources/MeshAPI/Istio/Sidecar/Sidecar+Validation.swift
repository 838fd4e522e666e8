extension Sidecar: ValidatedMessage {
    func validate(_ metadata: ObjectMeta, _ context: ValidationContext) {
        context.checkSelector("workloadSelector", workloadSelector, subject: "sidecar")
        if egress.isEmpty, ingress.isEmpty, outboundTrafficPolicy == nil, inboundConnectionPool == nil {
            context.error(.invalidListener, "sidecar: empty configuration provided; write egress, ingress or outboundTrafficPolicy")
        }
        validateIngress(context)
        if let pool = inboundConnectionPool { context.inside("inboundConnectionPool") { pool.validate(context) } }
        validateEgress(context)
        if let policy = outboundTrafficPolicy { context.inside("outboundTrafficPolicy") { policy.validate(context) } }
    }

    private func validateIngress(_ context: ValidationContext) {
        var numbers: Set<UInt32> = []
        context.each("ingress", ingress) { _, listener in
            guard let port = listener.port else {
                context.error(.invalidListener, "sidecar: port is required for ingress listeners")
                return
            }
            context.inside("port") {
                port.validate(context)
                context.inside("number") {
                    context.checkPort(port.number)
                    if !numbers.insert(port.number).inserted {
                        context.error(.invalidListener, "sidecar: ports on IP bound listeners must be unique")
                    }
                }
            }
            context.checkBindAddress(listener.bind)
            context.inside("defaultEndpoint") { listener.validateDefaultEndpoint(context) }
            if let tls = listener.tls { context.inside("tls") { listener.validate(tls, port, context) } }
            if let pool = listener.connectionPool {
                context.inside("connectionPool") {
                    pool.validate(context)
                    if pool.http != nil, NetworkProtocol(name: port.protocol)?.isHTTP != true {
                        context.warn(
                            .invalidConnectionPool,
                            "sidecar: HTTP connection pool settings are configured for port \(port.number) (\"\(port.name)\") but its protocol is not HTTP (\(port.protocol)); only TCP settings will apply")
                    }
                }
            }
        }
    }

    private func validateEgress(_ context: ValidationContext) {
        var numbers: Set<UInt32> = []
        var sockets: Set<String> = []
        context.each("egress", egress) { index, listener in
            if let port = listener.port {
                context.inside("port") {
                    port.validate(context)
                    if port.number != 0 {
                        context.inside("number") {
                            context.checkPort(port.number)
                            if !numbers.insert(port.number).inserted {
                                context.error(.invalidListener, "sidecar: ports on IP bound listeners must be unique")
                            }
                        }
                    }
                }
                if port.number == 0 {
                    listener.validateSocket(context)
                    if !sockets.insert(listener.bind).inserted {
                        context.inside("bind") { context.error(.invalidListener, "sidecar: unix domain socket values for listeners must be unique") }
                    }
                } else {
                    context.checkBindAddress(listener.bind)
                }
            } else if index != egress.count - 1 {
                context.error(.invalidListener, "sidecar: the egress listener with empty port should be the last listener in the list")
            }
            listener.validateHosts(context)
        }
    }
}

extension ValidationContext {
    fileprivate func checkBindAddress(_ bind: String) {
        guard !bind.isEmpty, !AddressText.isAddress(bind) else { return }
        inside("bind") { error(.invalidAddress, "\(bind) is not a valid IP") }
    }
}

extension Sidecar.SidecarPort {
    func validate(_ context: ValidationContext) {
        if targetPort > 0 { context.inside("targetPort") { context.error(.invalidPort, "targetPort has no impact on Sidecars") } }
        if !name.isEmpty { context.inside("name") { context.checkPortName(name) } }
        context.inside("protocol") { context.checkProtocol(self.protocol) }
    }
}

extension Sidecar.IngressListener {
    func validateDefaultEndpoint(_ context: ValidationContext) {
        guard !defaultEndpoint.isEmpty else { return }
        if defaultEndpoint.hasPrefix("unix://") {
            context.checkSocketPath(defaultEndpoint.dropFirst("unix://".count))
            return
        }
        guard let colon = defaultEndpoint.lastIndex(of: ":") else {
            context.error(.invalidListener, "address \(defaultEndpoint): missing port in address")
            return
        }
        let host = defaultEndpoint[..<colon]
        let port = defaultEndpoint[defaultEndpoint.index(after: colon)...]
        if !["", "127.0.0.1", "0.0.0.0", "[::1]", "[::]"].contains(host) {
            context.error(
                .invalidListener,
                "sidecar: defaultEndpoint must be of form 127.0.0.1:<port>,0.0.0.0:<port>,[::1]:port,[::]:port,unix://filepath or unset")
        }
        guard let number = Int(port) else {
            context.error(.invalidListener, "sidecar: defaultEndpoint port (\(port)) is not a number")
            return
        }
        context.checkPort(UInt32(clamping: number))
    }

    func validate(_ tls: ServerTLSSettings, _ port: Sidecar.SidecarPort, _ context: ValidationContext) {
        func refuse(_ message: String) { context.error(.invalidServerTLS, message) }
        if !tls.subjectAltNames.isEmpty { refuse("sidecar: subjectAltNames is not supported in ingress tls") }
        if tls.httpsRedirect { refuse("sidecar: httpsRedirect is not supported") }
        if !tls.credentialName.isEmpty { refuse("sidecar: credentialName is not currently supported") }
        if !tls.credentialNames.isEmpty { refuse("sidecar: credentialNames is not currently supported") }
        if !tls.tlsCertificates.isEmpty { refuse("sidecar: tls_certificates is not currently supported") }
        if tls.mode == .istioMutual || tls.mode == .autoPassthrough {
            refuse("configuration is invalid: cannot set mode to \(tls.mode.rawValue) in sidecar ingress tls")
        }
        if NetworkProtocol(name: port.protocol)?.isTLS != true { refuse("server cannot have TLS settings for non HTTPS/TLS ports") }
        tls.validate(context)
    }
}

extension Sidecar.EgressListener {
    /// A listener without a port number is a socket.
    func validateSocket(_ context: ValidationContext) {
        context.inside("bind") {
            if bind.hasPrefix("unix://") {
                context.checkSocketPath(bind.dropFirst("unix://".count))
            } else {
                context.error(.invalidListener, "sidecar: ports with 0 value must have a unix domain socket bind address")
            }
        }
        if captureMode == .ipTables {
            context.inside("captureMode") {
                context.error(.invalidListener, "sidecar: captureMode must be DEFAULT/NONE for unix domain socket listeners")
            }
        }
    }

    func validateHosts(_ context: ValidationContext) {
        if hosts.isEmpty {
            context.inside("hosts") { context.error(.invalidListenerHost, "sidecar: egress listener must contain at least one host; */* means all") }
        }
        var seen: [Substring: Set<Substring>] = [:]
        context.each("hosts", hosts) { _, host in
            if let slash = host.firstIndex(of: "/") {
                let prefix = host[..<slash]
                let namespace = prefix == "." ? context.namespace[...] : prefix
                let name = host[host.index(after: slash)...]
                let known = seen[namespace] ?? []
                let isDuplicate = name == "*" ? !known.isEmpty : known.contains(name) || known.contains("*")
                if isDuplicate { context.warn(.invalidListenerHost, "duplicated egress host: \(host)") }
                seen[namespace, default: []].insert(name)
            }
            context.checkNamespacedHost(host, isGateway: false, allowsNone: true)
        }
        if seen["*"]?.contains("*") == true, seen.keys.contains(where: { $0 != "*" && !$0.hasPrefix("~") }) {
            context.inside("hosts") { context.warn(.invalidListenerHost, "`*/*` host select all resources, no other hosts can be added") }
        }
    }
}

extension Sidecar.OutboundTrafficPolicy {
    func validate(_ context: ValidationContext) {
        if mode == .allowAnyDynamicDNS {
            context.inside("mode") {
                context.error(.invalidTrafficMode, "sidecar: ALLOW_ANY_DYNAMIC_DNS mode is only supported in MeshConfig, not in Sidecar resource")
            }
        }
        guard let egressProxy else { return }
        context.inside("egressProxy") {
            guard mode == .allowAny else {
                context.error(.invalidTrafficMode, "sidecar: egress_proxy must be set only with ALLOW_ANY outbound_traffic_policy mode; write mode: ALLOW_ANY")
                return
            }
            if egressProxy.host != "*" {
                context.inside("host") { context.error(.invalidDestination, DomainName.problem(egressProxy.host)) }
            }
            if egressProxy.port == nil { context.error(.invalidTrafficMode, "sidecar: egress_proxy port must be non-nil") }
            egressProxy.validate(context)
        }
    }
}
