import EnvoyAPI
import ProxyTestSupport
import TrafficModel

/// The Envoy resources of one group, for one of the two proxies.
struct GroupResources {
    let group: Group
    /// Ports of its origins by name.
    let ports: [String: UInt16]
    /// Where Envoy writes its access log; nil leaves logging out.
    var accessLog: String?

    var listener: Value {
        let chains = group.configuration["chains"] ?? [["filters": network]]
        let base: Value = [
            "name": .string(group.name),
            "address": ["socket_address": ["address": "127.0.0.1", "port_value": 0]],
            "filter_chains": chains,
        ]
        return finish(base.merging(group.configuration["listener"]))
    }

    var clusters: [Value] {
        group.clusters.map { cluster in
            let name = "\(group.name).\(cluster.name)"
            let endpoints = cluster.origins.map { origin -> Value in
                // Nothing listens on port 1, so that connections are refused.
                let port = ports[origin] ?? 1
                return ["endpoint": ["address": ["socket_address": ["address": "127.0.0.1", "port_value": .int(Int(port))]]]]
            }
            let base: Value = [
                "name": .string(name), "type": "STATIC", "connect_timeout": "2s",
                "load_assignment": [
                    "cluster_name": .string(name), "endpoints": [["lb_endpoints": .list(endpoints)]],
                ],
            ]
            return finish(base.merging(cluster.fields))
        }
    }

    /// The same for Petrel's compiler.
    func resourceSet() throws -> ResourceSet {
        let json = Self.bootstrap(listeners: [listener], clusters: clusters)
        let bootstrap = try EnvoyJSON.decode(Envoy_Config_Bootstrap_V3_Bootstrap.self, from: json)
        return ResourceSet(
            listeners: bootstrap.staticResources.listeners, clusters: bootstrap.staticResources.clusters,
            secrets: bootstrap.staticResources.secrets)
    }

    static func bootstrap(listeners: [Value], clusters: [Value]) -> String {
        let tree: Value = [
            "node": ["id": "differential", "cluster": "differential"],
            "static_resources": ["listeners": .list(listeners), "clusters": .list(clusters)],
        ]
        return tree.json
    }

    private var network: Value {
        if let network = group.configuration["network"] { return network }
        if group.originKind == .stream {
            return [
                [
                    "name": "envoy.filters.network.tcp_proxy",
                    "typed_config": ["@type": "filters.network.tcp_proxy.v3.TcpProxy", "cluster": "$a"],
                ]
            ]
        }
        let configuration = group.configuration
        let router: Value = [
            "name": "envoy.filters.http.router",
            "typed_config": Value.map([.init(key: "@type", value: "filters.http.router.v3.Router")])
                .merging(configuration["router"]),
        ]
        let everything: Value = [["match": ["prefix": "/"], "route": ["cluster": "$a"]]]
        let host: Value = ["name": "all", "domains": ["*"], "routes": configuration["routes"] ?? everything]
        let hosts = configuration["hosts"] ?? [host.merging(configuration["host"])]
        let table: Value = ["name": "routes", "virtual_hosts": hosts]
        let manager: Value = [
            "@type": "filters.network.http_connection_manager.v3.HttpConnectionManager",
            "route_config": table.merging(configuration["table"]),
            "http_filters": .list((configuration["filters"]?.items ?? []) + [router]),
        ]
        return [
            [
                "name": "envoy.filters.network.http_connection_manager",
                "typed_config": manager.merging(configuration["manager"]),
            ]
        ]
    }

    // MARK: - Short forms

    /// Spells out the short forms of the table: `$a` for a cluster, type
    /// names without their common start, `{port:a}` for an origin's port.
    private func finish(_ value: Value) -> Value {
        let names = Set(group.clusters.map(\.name))
        let spelled = value.mapStrings { text in
            if text.hasPrefix("$"), names.contains(String(text.dropFirst())) { return "\(group.name).\(text.dropFirst())" }
            guard text.contains("{port:") else { return text }
            return ports.reduce(text) { $0.replacing("{port:\($1.key)}", with: String($1.value)) }
        }
        return complete(spelled)
    }

    private func complete(_ value: Value) -> Value {
        switch value {
        case .list(let items): return .list(items.map(complete))
        case .map(let entries):
            var result = Value.map(
                entries.map { entry in
                    guard entry.key == "@type", let type = entry.value.text, !type.contains("/") else {
                        return .init(key: entry.key, value: complete(entry.value))
                    }
                    let start = type.hasPrefix("envoy.") ? "type.googleapis.com/" : "type.googleapis.com/envoy.extensions."
                    return .init(key: entry.key, value: .string(start + type))
                })
            let type = entries.first { $0.key == "@type" }?.value.text ?? ""
            if type.hasSuffix("HttpConnectionManager") || type.hasSuffix("TcpProxy") {
                if result["stat_prefix"] == nil { result = result.merging(["stat_prefix": .string(group.name)]) }
                if let accessLog { result = result.merging(["access_log": [Self.log(to: accessLog)]]) }
            }
            return result
        case .null, .bool, .int, .double, .string: return value
        }
    }

    private static func log(to path: String) -> Value {
        let fields: [(String, String)] = [
            ("response_code", "RESPONSE_CODE"), ("response_flags", "RESPONSE_FLAGS"), ("method", "REQ(:METHOD)"),
            ("protocol", "PROTOCOL"), ("upstream_cluster", "UPSTREAM_CLUSTER"), ("upstream_host", "UPSTREAM_HOST"),
            ("route_name", "ROUTE_NAME"), ("requested_server_name", "REQUESTED_SERVER_NAME"),
            ("downstream_remote_address", "DOWNSTREAM_DIRECT_REMOTE_ADDRESS"),
            ("downstream_local_address", "DOWNSTREAM_LOCAL_ADDRESS"), ("response_code_details", "RESPONSE_CODE_DETAILS"),
        ]
        return [
            "name": "envoy.access_loggers.file",
            "typed_config": [
                "@type": "type.googleapis.com/envoy.extensions.access_loggers.file.v3.FileAccessLog",
                "path": .string(path),
                "log_format": ["json_format": .map(fields.map { .init(key: $0.0, value: .string("%\($0.1)%")) })],
            ],
        ]
    }
}
