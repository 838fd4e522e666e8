internal import EnvoyAPI
internal import SwiftProtobuf

// Fields that would change what a cluster does, and that nothing here does:
// the cluster is refused with the field's name.
extension ClusterCompiler {
    func refuseUnsupported(_ message: Message) throws(CompileError) {
        if message.hasLbSubsetConfig { throw .unsupported("lb_subset_config") }
        if message.hasUpstreamConfig { throw .unsupported("upstream_config") }
        if message.connectionPoolPerDownstreamConnection {
            throw .unsupported("connection_pool_per_downstream_connection")
        }
        if message.hasQueuingPolicies { throw .unsupported("queuing_policies") }
        if message.closeConnectionsOnHostHealthFailure {
            throw .unsupported("close_connections_on_host_health_failure")
        }
        if !message.circuitBreakers.perHostThresholds.isEmpty {
            throw .unsupported("circuit_breakers.per_host_thresholds")
        }
        for (index, threshold) in message.circuitBreakers.thresholds.enumerated() where threshold.hasMaxConnectionPools {
            throw .unsupported("circuit_breakers.thresholds[\(index)].max_connection_pools")
        }
        if message.upstreamConnectionOptions.hasHappyEyeballsConfig {
            throw .unsupported("upstream_connection_options.happy_eyeballs_config")
        }
        try refuseHTTP1(message.httpProtocolOptions, "http_protocol_options")
        try refuseResolver(message.typedDnsResolverConfig, isSet: message.hasTypedDnsResolverConfig)
        for (index, filter) in message.filters.enumerated()
        where !FilterCompiler.isObserver(name: filter.name, message: filter.typedConfig.messageName) {
            throw CompileError("filters[\(index)]", "upstream filter \"\(filter.name)\" is not supported")
        }
    }

    func refuseHTTP1(_ options: Envoy_Config_Core_V3_Http1ProtocolOptions, _ path: String) throws(CompileError) {
        if options.enableTrailers { throw .unsupported("\(path).enable_trailers") }
        if options.hasHeaderKeyFormat { throw .unsupported("\(path).header_key_format") }
        if options.sendFullyQualifiedURL { throw .unsupported("\(path).send_fully_qualified_url") }
        if options.allowChunkedLength { throw .unsupported("\(path).allow_chunked_length") }
    }

    func refuseCommon(_ options: Envoy_Config_Core_V3_HttpProtocolOptions, _ path: String) throws(CompileError) {
        if options.hasMaxStreamDuration { throw .unsupported("\(path).max_stream_duration") }
        if options.hasMaxHeadersCount { throw .unsupported("\(path).max_headers_count") }
        if options.hasMaxResponseHeadersKb { throw .unsupported("\(path).max_response_headers_kb") }
        if options.hasMaxConnectionDurationJitter { throw .unsupported("\(path).max_connection_duration_jitter") }
    }

    /// Names are asked for of the data plane's own resolvers.
    func refuseResolver(_ config: Envoy_Config_Core_V3_TypedExtensionConfig, isSet: Bool) throws(CompileError) {
        guard isSet else { return }
        let path = "typed_dns_resolver_config.typed_config"
        switch config.typedConfig.messageName {
        case "envoy.extensions.network.dns_resolver.cares.v3.CaresDnsResolverConfig":
            let cares = try config.typedConfig.decoded(
                Envoy_Extensions_Network_DnsResolver_Cares_V3_CaresDnsResolverConfig.self, path)
            if !cares.resolvers.isEmpty { throw .unsupported("\(path).resolvers") }
        case "envoy.extensions.network.dns_resolver.getaddrinfo.v3.GetAddrInfoDnsResolverConfig": return
        case let type: throw CompileError(path, "\(type) is not supported")
        }
    }
}
