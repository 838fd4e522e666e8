internal import EnvoyAPI
internal import SwiftProtobuf

extension ClusterCompiler {
    func transport(_ message: Message, _ plan: inout ClusterPlan) throws(CompileError) {
        if message.hasTransportSocket {
            (plan.tls, plan.proxyProtocolVersion) = try socket(message.transportSocket, "transport_socket")
        }
        var matches: [TransportMatch] = []
        for (index, match) in message.transportSocketMatches.enumerated() {
            let path = "transport_socket_matches[\(index)]"
            var own = TransportMatch()
            own.labels = EndpointCompiler(arena: arena).labels(match.match)
            (own.tls, own.proxyProtocolVersion) = try socket(match.transportSocket, "\(path).transport_socket")
            matches.append(own)
        }
        plan.transportMatches = arena.array(matches)
    }

    private func socket(_ message: Envoy_Config_Core_V3_TransportSocket, _ path: String) throws(CompileError)
        -> (FlatArray<TLSPlan>, UInt8)
    {
        let config = message.typedConfig
        let own = "\(path).typed_config"
        switch config.messageName {
        case "envoy.extensions.transport_sockets.raw_buffer.v3.RawBuffer": return (FlatArray(), 0)
        case "envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext":
            let context = try config.decoded(Envoy_Extensions_TransportSockets_Tls_V3_UpstreamTlsContext.self, own)
            return (arena.single(try TLSCompiler(arena: arena).upstream(context, own)), 0)
        case "envoy.extensions.transport_sockets.proxy_protocol.v3.ProxyProtocolUpstreamTransport":
            let wrapper = try config.decoded(
                Envoy_Extensions_TransportSockets_ProxyProtocol_V3_ProxyProtocolUpstreamTransport.self, own)
            if wrapper.config.hasPassThroughTlvs { throw .unsupported("\(own).config.pass_through_tlvs") }
            let (tls, inner) = try socket(wrapper.transportSocket, "\(own).transport_socket")
            guard inner == 0 else { throw .unsupported("\(own).transport_socket") }
            return (tls, wrapper.config.version == .v2 ? 2 : 1)
        case let type: throw CompileError(own, "transport socket of type \(type) is not supported")
        }
    }

    func protocols(_ message: Message, _ plan: inout ClusterPlan) throws(CompileError) {
        if message.hasHTTP2ProtocolOptions { plan.httpProtocol = .http2 }
        if message.hasMaxRequestsPerConnection {
            plan.maximumRequestsPerConnection = message.maxRequestsPerConnection.value
        }
        try common(message.commonHTTPProtocolOptions, "common_http_protocol_options", &plan)
        try serverName(message.upstreamHTTPProtocolOptions, &plan)
        for (name, any) in message.typedExtensionProtocolOptions.sorted(by: { $0.key < $1.key }) {
            let path = "typed_extension_protocol_options[\(name)]"
            switch any.messageName {
            case "envoy.extensions.upstreams.http.v3.HttpProtocolOptions":
                try options(
                    any.decoded(Envoy_Extensions_Upstreams_Http_V3_HttpProtocolOptions.self, path), path, &plan)
            case "envoy.extensions.upstreams.tcp.v3.TcpProtocolOptions":
                let tcp = try any.decoded(Envoy_Extensions_Upstreams_Tcp_V3_TcpProtocolOptions.self, path)
                if tcp.hasIdleTimeout { plan.idleTimeoutMilliseconds = Arena.limit(tcp.idleTimeout) }
            case let type: throw CompileError(path, "\(type) is not supported")
            }
        }
    }

    private func options(
        _ message: Envoy_Extensions_Upstreams_Http_V3_HttpProtocolOptions, _ path: String, _ plan: inout ClusterPlan
    ) throws(CompileError) {
        if message.hasOutlierDetection { throw .unsupported("\(path).outlier_detection") }
        if message.hasRetryPolicy { throw .unsupported("\(path).retry_policy") }
        if !message.requestMirrorPolicies.isEmpty { throw .unsupported("\(path).request_mirror_policies") }
        if message.hasHeaderValidationConfig { throw .unsupported("\(path).header_validation_config") }
        for (index, filter) in message.httpFilters.enumerated()
        where filter.typedConfig.messageName != "envoy.extensions.filters.http.upstream_codec.v3.UpstreamCodec"
            && !FilterCompiler.isObserver(name: filter.name, message: filter.typedConfig.messageName)
        {
            throw CompileError("\(path).http_filters[\(index)]", "\"\(filter.name)\" is not supported")
        }
        try common(message.commonHTTPProtocolOptions, "\(path).common_http_protocol_options", &plan)
        try serverName(message.upstreamHTTPProtocolOptions, &plan)
        switch message.upstreamProtocolOptions {
        case .explicitHTTPConfig(let config):
            if case .http2ProtocolOptions(let http2) = config.protocolConfig {
                plan.httpProtocol = .http2
                streams(http2, &plan)
            } else {
                try refuseHTTP1(config.httpProtocolOptions, "\(path).explicit_http_config.http_protocol_options")
                plan.httpProtocol = .http1
            }
        case .useDownstreamProtocolConfig(let config):
            plan.httpProtocol = .downstream
            streams(config.http2ProtocolOptions, &plan)
        case .autoConfig(let config):
            plan.httpProtocol = .automatic
            streams(config.http2ProtocolOptions, &plan)
        case nil: break
        }
    }

    private func streams(_ message: Envoy_Config_Core_V3_Http2ProtocolOptions, _ plan: inout ClusterPlan) {
        if message.hasMaxConcurrentStreams { plan.maximumConcurrentStreams = message.maxConcurrentStreams.value }
    }

    private func common(
        _ message: Envoy_Config_Core_V3_HttpProtocolOptions, _ path: String, _ plan: inout ClusterPlan
    ) throws(CompileError) {
        try refuseCommon(message, path)
        if message.hasIdleTimeout { plan.idleTimeoutMilliseconds = Arena.limit(message.idleTimeout) }
        if message.hasMaxRequestsPerConnection {
            plan.maximumRequestsPerConnection = message.maxRequestsPerConnection.value
        }
        if message.hasMaxConnectionDuration {
            plan.maximumConnectionMilliseconds = Arena.limit(message.maxConnectionDuration)
        }
    }

    /// `auto_sni` and `auto_san_validation` change every TLS plan of the cluster.
    private func serverName(_ message: Envoy_Config_Core_V3_UpstreamHttpProtocolOptions, _ plan: inout ClusterPlan)
        throws(CompileError)
    {
        if !message.overrideAutoSniHeader.isEmpty {
            throw .unsupported("upstream_http_protocol_options.override_auto_sni_header")
        }
        guard message.autoSni || message.autoSanValidation else { return }
        if message.autoSni { plan.namesByRequest = true }
        func changed(_ tls: FlatArray<TLSPlan>) -> FlatArray<TLSPlan> {
            guard var own = tls.first else { return tls }
            if message.autoSni {
                own.serverName = .requestHost
            }
            if message.autoSanValidation { own.verifiesServerName = true }
            return arena.single(own)
        }
        plan.tls = changed(plan.tls)
        plan.transportMatches = arena.array(
            plan.transportMatches.map { match in
                var match = match
                match.tls = changed(match.tls)
                return match
            })
    }
}
