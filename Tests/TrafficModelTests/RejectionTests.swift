import EnvoyAPI
import Testing

@testable import TrafficModel

/// What would change traffic and isn't done is refused, with the field's name.
struct RejectionTests {
    private static func rejection(_ route: String, host: String = "", configuration: String = "") throws -> String {
        let routes = try Fixture.routes(
            """
            {"name": "80", "virtualHosts": [{"name": "v", "domains": ["*"],
              "routes": [{"match": {"prefix": "/"}, \(route)}] \(host)}] \(configuration)}
            """)
        let (_, rejections) = TrafficTables.compile(ResourceSet(routes: [routes]))
        return rejections.first?.message ?? ""
    }

    /// Route fields, what the rejection says.
    static let routes: [(String, String)] = [
        (#""route": {"cluster": "a", "metadataMatch": {"filterMetadata": {"envoy.lb": {"v": "1"}}}}"#, "route.metadata_match"),
        (#""route": {"cluster": "a", "internalRedirectPolicy": {}}"#, "route.internal_redirect_policy"),
        (#""route": {"cluster": "a", "hedgePolicy": {}}"#, "route.hedge_policy"),
        (#""route": {"cluster": "a", "flushTimeout": "1s"}"#, "route.flush_timeout"),
        (#""route": {"cluster": "a", "retryPolicy": {"retryOn": "5xx", "refreshClusterOnRetry": true}}"#, "route.retry_policy.refresh_cluster_on_retry"),
        (#""route": {"cluster": "a", "hashPolicy": [{"filterState": {"key": "k"}}]}"#, "route.hash_policy[0].filter_state"),
        (#""route": {"cluster": "a", "upgradeConfigs": [{"upgradeType": "CONNECT", "connectConfig": {"proxyProtocolConfig": {}}}]}"#, "route.upgrade_configs[0].connect_config.proxy_protocol_config"),
        (#""route": {"weightedClusters": {"clusters": [{"name": "a", "weight": 1, "metadataMatch": {"filterMetadata": {"x": {"v": "1"}}}}]}}"#, "route.weighted_clusters.clusters[0].metadata_match"),
        (#""route": {"cluster": "a"}, "requestHeadersToAdd": [{"header": {"key": "x", "value": "%NO%"}}]"#, "request_headers_to_add[0].header.value"),
        (#""route": {"cluster": "a"}, "requestHeadersToAdd": [{"header": {"key": "x", "rawValue": "eA=="}}]"#, "request_headers_to_add[0].header.raw_value"),
        (#""route": {"cluster": "a"}, "typedPerFilterConfig": {"fault": {"@type": "type.googleapis.com/envoy.extensions.filters.http.fault.v3.HTTPFault", "responseRateLimit": {"fixedLimit": {"limitKbps": "1"}}}}"#, "typed_per_filter_config[fault].response_rate_limit"),
        (#""route": {"cluster": "a"}, "typedPerFilterConfig": {"l": {"@type": "type.googleapis.com/envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit", "statPrefix": "s", "tokenBucket": {"maxTokens": 1, "fillInterval": "0.01s"}}}"#, "fill_interval"),
    ]

    @Test(arguments: routes)
    func routesSayWhatTheyCannotDo(fields: String, field: String) throws {
        let message = try Self.rejection(fields)
        #expect(message.contains("virtual_hosts[0].routes[0].") && message.contains(field), "\(message)")
    }

    @Test func virtualHostsAndConfigurationsToo() throws {
        let route = #""route": {"cluster": "a"}"#
        #expect(try Self.rejection(route, host: #", "hedgePolicy": {}"#).contains("virtual_hosts[0].hedge_policy"))
        #expect(
            try Self.rejection(route, host: #", "includeIsTimeoutRetryHeader": true"#).contains(
                "virtual_hosts[0].include_is_timeout_retry_header"))
        #expect(try Self.rejection(route, configuration: #", "vhds": {}"#).contains("vhds"))
        #expect(try Self.rejection(route) == "")
    }

    /// Connection manager fields, what the rejection says.
    static let managers: [(String, String)] = [
        (#""addUserAgent": true"#, "add_user_agent"), (#""localReplyConfig": {}"#, "local_reply_config"),
        (#""internalAddressConfig": {"unixSockets": true}"#, "internal_address_config"),
        (#""representIpv4RemoteAddressAsIpv4MappedIpv6": true"#, "represent_ipv4_remote_address_as_ipv4_mapped_ipv6"),
        (#""streamErrorOnInvalidHttpMessage": true"#, "stream_error_on_invalid_http_message"),
        (#""maxRequestHeadersKb": 96"#, "max_request_headers_kb"), (#""appendXForwardedPort": true"#, "append_x_forwarded_port"),
        (#""commonHttpProtocolOptions": {"maxHeadersCount": 200}"#, "common_http_protocol_options.max_headers_count"),
        (#""commonHttpProtocolOptions": {"maxConnectionDurationJitter": {"value": 5}}"#, "common_http_protocol_options.max_connection_duration_jitter"),
        (#""httpProtocolOptions": {"headerKeyFormat": {"properCaseWords": {}}}"#, "http_protocol_options.header_key_format"),
        (#""httpProtocolOptions": {"allowChunkedLength": true}"#, "http_protocol_options.allow_chunked_length"),
        (#""httpProtocolOptions": {"allowAbsoluteUrl": false}"#, "http_protocol_options.allow_absolute_url"),
        (#""schemeHeaderTransformation": {"schemeToOverwrite": "https"}"#, "scheme_header_transformation"),
    ]

    @Test(arguments: managers)
    func connectionManagersSayWhatTheyCannotDo(fields: String, field: String) throws {
        let listener = try Fixture.httpListener(extra: ", \(fields)")
        let (_, rejections) = TrafficTables.compile(ResourceSet(listeners: [listener]))
        #expect(rejections.first?.message.contains("filter_chains[0].filters[0].typed_config.\(field)") == true, "\(rejections)")
    }

    @Test func whatIstioSendsIsTaken() throws {
        let listener = try Fixture.httpListener(
            extra: #"""
                , "useRemoteAddress": false, "streamIdleTimeout": "0s", "forwardClientCertDetails": "APPEND_FORWARD",
                "setCurrentClientCertDetails": {"subject": true, "uri": true}, "normalizePath": true,
                "pathWithEscapedSlashesAction": "KEEP_UNCHANGED", "upgradeConfigs": [{"upgradeType": "websocket"}],
                "requestIdExtension": {"typedConfig": {"@type":
                  "type.googleapis.com/envoy.extensions.request_id.uuid.v3.UuidRequestIdConfig"}},
                "httpProtocolOptions": {}, "commonHttpProtocolOptions": {}
                """#)
        #expect(TrafficTables.compile(ResourceSet(listeners: [listener])).rejections.isEmpty)
    }

    private static let tls = "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3"

    /// Cluster fields, what the rejection says.
    static let clusters: [(String, String)] = [
        (#""lbSubsetConfig": {"fallbackPolicy": "ANY_ENDPOINT"}"#, "lb_subset_config"),
        (#""closeConnectionsOnHostHealthFailure": true"#, "close_connections_on_host_health_failure"),
        (#""circuitBreakers": {"perHostThresholds": [{"maxConnections": 1}]}"#, "circuit_breakers.per_host_thresholds"),
        (#""circuitBreakers": {"thresholds": [{"maxConnectionPools": 1}]}"#, "circuit_breakers.thresholds[0].max_connection_pools"),
        (#""upstreamConnectionOptions": {"happyEyeballsConfig": {}}"#, "upstream_connection_options.happy_eyeballs_config"),
        (#""httpProtocolOptions": {"headerKeyFormat": {"properCaseWords": {}}}"#, "http_protocol_options.header_key_format"),
        (#""commonHttpProtocolOptions": {"maxStreamDuration": "1s"}"#, "common_http_protocol_options.max_stream_duration"),
        (#""commonLbConfig": {"closeConnectionsOnHostSetChange": true}"#, "common_lb_config.close_connections_on_host_set_change"),
        (#""commonLbConfig": {"consistentHashingLbConfig": {"hashBalanceFactor": 120}}"#, "hash_balance_factor"),
        (#""lbPolicy": "RING_HASH", "ringHashLbConfig": {"hashFunction": "MURMUR_HASH_2"}"#, "ring_hash_lb_config.hash_function"),
        (#""outlierDetection": {"detectDegradedHosts": true}"#, "outlier_detection.detect_degraded_hosts"),
        (#""healthChecks": [{"interval": "1s", "timeout": "1s", "grpcHealthCheck": {}}]"#, "health_checks[0].grpc_health_check"),
        (#""healthChecks": [{"interval": "1s", "timeout": "1s", "httpHealthCheck": {"path": "/", "codecClientType": "HTTP2"}}]"#, "health_checks[0].http_health_check.codec_client_type"),
        (#""healthChecks": [{"tcpHealthCheck": {}}, {"tcpHealthCheck": {}}]"#, "health_checks"),
        (#""upstreamBindConfig": {"sourceAddress": {"address": "1.2.3.4", "portValue": 0}, "freebind": true}"#, "upstream_bind_config.freebind"),
        (#""upstreamHttpProtocolOptions": {"overrideAutoSniHeader": "x"}"#, "override_auto_sni_header"),
        (#""loadAssignment": {"policy": {"endpointStaleAfter": "1s"}}"#, "load_assignment.policy.endpoint_stale_after"),
        ("\"transportSocket\": {\"typedConfig\": {\"@type\": \"\(tls).UpstreamTlsContext\", \"commonTlsContext\": {\"keyLog\": {\"path\": \"/x\"}}}}", "common_tls_context.key_log"),
    ]

    @Test(arguments: clusters)
    func clustersSayWhatTheyCannotDo(fields: String, field: String) throws {
        let cluster = try Fixture.cluster(#"{"name": "c", "type": "STATIC", "connectTimeout": "1s", \#(fields)}"#)
        let (_, rejections) = TrafficTables.compile(ResourceSet(clusters: [cluster]))
        #expect(rejections.first?.message.contains(field) == true, "\(rejections)")
    }

    /// TCP proxy fields, what the rejection says.
    static let proxies: [(String, String)] = [
        (#""tunnelingConfig": {"hostname": "x:1", "usePost": true}"#, "tunneling_config.use_post"),
        (#""tunnelingConfig": {"hostname": "x:1", "propagateResponseHeaders": true}"#, "tunneling_config.propagate_response_headers"),
        (#""metadataMatch": {"filterMetadata": {"envoy.lb": {"v": "1"}}}"#, "metadata_match"),
        (#""downstreamIdleTimeout": "1s""#, "downstream_idle_timeout"),
        (#""backoffOptions": {"baseInterval": "1s"}"#, "backoff_options"),
    ]

    @Test(arguments: proxies)
    func tcpProxiesSayWhatTheyCannotDo(fields: String, field: String) throws {
        let listener: Envoy_Config_Listener_V3_Listener = try EnvoyJSON.decode(
            from: #"""
                {"name": "l", "address": {"socketAddress": {"address": "127.0.0.1", "portValue": 1}}, "filterChains": [{"filters": [
                  {"name": "tcp", "typedConfig": {"@type": "type.googleapis.com/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy",
                    "statPrefix": "s", "cluster": "c", \#(fields)}}]}]}
                """#)
        let (_, rejections) = TrafficTables.compile(ResourceSet(listeners: [listener]))
        #expect(rejections.first?.message.contains(field) == true, "\(rejections)")
    }

    /// TLS towards clients, what the rejection says.
    @Test(arguments: [
        (#""requireSni": true"#, "require_sni"), (#""sessionTimeout": "1s""#, "session_timeout"),
        (#""ocspStaplePolicy": "MUST_STAPLE""#, "ocsp_staple_policy"), (#""preferClientCiphers": true"#, "prefer_client_ciphers"),
        (#""sessionTicketKeys": {"keys": [{"inlineString": "x"}]}"#, "session_ticket_keys"),
    ])
    func downstreamTLSSaysWhatItCannotDo(fields: String, field: String) throws {
        let listener: Envoy_Config_Listener_V3_Listener = try EnvoyJSON.decode(
            from: #"""
                {"name": "l", "address": {"socketAddress": {"address": "127.0.0.1", "portValue": 1}}, "filterChains": [{
                  "transportSocket": {"name": "t", "typedConfig": {"@type": "\#(Self.tls).DownstreamTlsContext", \#(fields)}},
                  "filters": [{"name": "tcp", "typedConfig": {"@type": "type.googleapis.com/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy",
                    "statPrefix": "s", "cluster": "c"}}]}]}
                """#)
        let (_, rejections) = TrafficTables.compile(ResourceSet(listeners: [listener]))
        #expect(rejections.first?.message.contains(field) == true, "\(rejections)")
    }
}
