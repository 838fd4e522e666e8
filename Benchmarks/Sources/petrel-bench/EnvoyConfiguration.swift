internal import Foundation

/// The Envoy bootstrap of a case: static resources, read by Envoy and by
/// petrel-proxy alike.
enum EnvoyConfiguration {
    private typealias Object = [String: Any]

    private static let type = "type.googleapis.com/envoy."

    static func text(_ setup: Setup) throws -> String {
        let bench = setup.bench
        let bootstrap: Object = [
            "static_resources": [
                "listeners": [listener(setup)],
                "clusters": (0..<bench.hosts).map { cluster($0, setup) },
            ]
        ]
        let data = try JSONSerialization.data(
            withJSONObject: bootstrap, options: [.prettyPrinted, .sortedKeys])
        return String(decoding: data, as: UTF8.self)
    }

    private static func address(_ port: Int) -> Object {
        ["socket_address": ["address": "127.0.0.1", "port_value": port]]
    }

    private static func listener(_ setup: Setup) -> Object {
        let filter: Object = setup.bench.front == .tcp
            ? [
                "name": "envoy.filters.network.tcp_proxy",
                "typed_config": [
                    "@type": type
                        + "extensions.filters.network.tcp_proxy.v3.TcpProxy",
                    "stat_prefix": "bench", "cluster": "cluster-0",
                ] as Object,
            ]
            : [
                "name": "envoy.filters.network.http_connection_manager",
                "typed_config": connectionManager(setup),
            ]
        return [
            "name": "bench", "address": address(setup.port),
            "filter_chains": [["filters": [filter]]],
        ]
    }

    private static func connectionManager(_ setup: Setup) -> Object {
        let bench = setup.bench
        var manager: Object = [
            "@type": type
                + "extensions.filters.network.http_connection_manager.v3."
                + "HttpConnectionManager",
            "stat_prefix": "bench",
            "codec_type": bench.front == .http2 ? "HTTP2" : "AUTO",
            "generate_request_id": false,
            "route_config": [
                "name": "bench",
                "virtual_hosts": bench.hostNames.enumerated().map {
                    number, name in
                    [
                        "name": name, "domains": [name],
                        "routes": [
                            [
                                "match": ["prefix": "/"],
                                "route": ["cluster": "cluster-\(number)"],
                            ] as Object
                        ],
                    ] as Object
                },
            ] as Object,
            "http_filters": [
                [
                    "name": "envoy.filters.http.router",
                    "typed_config": [
                        "@type": type
                            + "extensions.filters.http.router.v3.Router"
                    ],
                ] as Object
            ],
        ]
        if let log = accessLog(setup) { manager["access_log"] = [log] }
        return manager
    }

    private static func accessLog(_ setup: Setup) -> Object? {
        var file: Object = [
            "@type": type + "extensions.access_loggers.file.v3.FileAccessLog",
            "path": setup.directory + "/access.log",
        ]
        switch setup.bench.accessLog {
        case .off: return nil
        case .text: break
        case .json:
            file["log_format"] = [
                "json_format": [
                    "start_time": "%START_TIME%",
                    "method": "%REQ(:METHOD)%",
                    "path": "%REQ(:PATH)%",
                    "authority": "%REQ(:AUTHORITY)%",
                    "response_code": "%RESPONSE_CODE%",
                    "response_flags": "%RESPONSE_FLAGS%",
                    "bytes_sent": "%BYTES_SENT%",
                    "duration": "%DURATION%",
                    "upstream_host": "%UPSTREAM_HOST%",
                ]
            ]
        }
        return ["name": "envoy.access_loggers.file", "typed_config": file]
    }

    private static func cluster(_ number: Int, _ setup: Setup) -> Object {
        let endpoint: Object = [
            "endpoint": ["address": address(setup.originPort)]
        ]
        var cluster: Object = [
            "name": "cluster-\(number)", "type": "STATIC",
            "connect_timeout": "5s",
            "load_assignment": [
                "cluster_name": "cluster-\(number)",
                "endpoints": [["lb_endpoints": [endpoint]]],
            ] as Object,
        ]
        if setup.bench.isTLS {
            cluster["transport_socket"] = [
                "name": "envoy.transport_sockets.tls",
                "typed_config": tls(setup),
            ] as Object
        }
        return cluster
    }

    private static func tls(_ setup: Setup) -> Object {
        let name: Object = [
            "san_type": "DNS", "matcher": ["exact": Setup.originName],
        ]
        return [
            "@type": type + "extensions.transport_sockets.tls.v3."
                + "UpstreamTlsContext",
            "sni": Setup.originName,
            "common_tls_context": [
                // As a client Envoy stops at TLS 1.2 unless told otherwise.
                "tls_params": ["tls_maximum_protocol_version": "TLSv1_3"],
                "validation_context": [
                    "trusted_ca": ["filename": setup.authorityFile],
                    "match_typed_subject_alt_names": [name],
                ] as Object,
            ] as Object,
        ]
    }
}
