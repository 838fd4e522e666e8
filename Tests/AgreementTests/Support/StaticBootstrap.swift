import EnvoyAPI
import MeshAPI
import SwiftProtobuf

/// Puts the resources of many proxies into one bootstrap of Envoy: each gets
/// names of its own, listeners have ports of their own, and routes stand
/// inside the listeners, so that everything is checked that would come over
/// xDS.
struct StaticBootstrap {
    private var listeners: [ConfigValue] = []
    private var clusters: [ConfigValue] = []
    private var nextPort: Int64 = 20_000
    /// Takes connections that say by themselves where they were going.
    let isForTraffic: Bool

    /// The name that a listener has in the bootstrap.
    static func name(_ listener: String, of prefix: String) -> String {
        // Envoy's list of listeners is easier to read without colons.
        "\(prefix)/\(String(listener.map { $0 == ":" || $0 == "/" ? "-" : $0 }))"
    }

    init(isForTraffic: Bool = false) { self.isForTraffic = isForTraffic }

    mutating func add(_ resources: ResourceSet, as prefix: String) throws {
        let rewriting = Rewriting(
            prefix: prefix,
            routes: Dictionary(
                try resources.routes.map { ($0.name, try Self.tree($0)) }, uniquingKeysWith: { first, _ in first }))
        for cluster in resources.clusters { clusters.append(rewriting.apply(try Self.tree(cluster))) }
        for assignment in resources.endpoints where !assignment.endpoints.isEmpty {
            // Endpoints that are sent apart are checked in a cluster that has them.
            var twin = Envoy_Config_Cluster_V3_Cluster()
            twin.name = assignment.clusterName + ";endpoints"
            twin.connectTimeout.seconds = 1
            twin.type = .static
            twin.loadAssignment = assignment
            clusters.append(rewriting.apply(try Self.tree(twin)))
        }
        for listener in resources.listeners {
            guard case .object(var fields) = rewriting.apply(try Self.tree(listener)) else { continue }
            fields["name"] = .string(Self.name(listener.name, of: prefix))
            fields["address"] = [
                "socketAddress": ["address": "127.0.0.1", "portValue": .int(isForTraffic ? 0 : nextPort)]
            ]
            nextPort += 1
            for field in ["additionalAddresses", "bindToPort", "useOriginalDst"] { fields[field] = nil }
            if isForTraffic { fields["listenerFilters"] = Self.filters(fields["listenerFilters"]) }
            listeners.append(.object(fields))
        }
    }

    /// What Envoy reads with `-c`.
    var json: String {
        let source: ConfigValue = ["apiType": "DELTA_GRPC", "transportApiVersion": "V3", "grpcServices": [["envoyGrpc": ["clusterName": "xds"]]]]
        let bootstrap: ConfigValue = [
            "node": ["id": "sidecar~10.0.0.1~app.default~default.svc.cluster.local", "cluster": "app"],
            "dynamicResources": ["adsConfig": source],
            "staticResources": [
                "listeners": .array(listeners), "clusters": .array(clusters + ["xds", "sds-grpc"].map(Self.control)),
            ],
        ]
        return bootstrap.json()
    }

    private static func tree(_ message: some Message) throws -> ConfigValue {
        ConfigValue(json: try EnvoyJSON.encode(message)) ?? .null
    }

    /// Where resources are asked for; nobody answers there.
    private static func control(_ name: String) -> ConfigValue {
        [
            "name": .string(name), "type": "STATIC", "connectTimeout": "1s",
            "typedExtensionProtocolOptions": [
                "envoy.extensions.upstreams.http.v3.HttpProtocolOptions": [
                    "@type": "type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions",
                    "explicitHttpConfig": ["http2ProtocolOptions": [:]],
                ]
            ],
            "loadAssignment": ["clusterName": .string(name)],
        ]
    }

    private static func filters(_ present: ConfigValue?) -> ConfigValue {
        let proxyProtocol: ConfigValue = [
            "name": "envoy.filters.listener.proxy_protocol",
            "typedConfig": ["@type": "type.googleapis.com/envoy.extensions.filters.listener.proxy_protocol.v3.ProxyProtocol"],
        ]
        let rest = (present?.array ?? []).filter { $0["name"]?.string != "envoy.filters.listener.proxy_protocol" }
        return .array([proxyProtocol] + rest)
    }

    /// Renames clusters and puts routes where they are asked for.
    private struct Rewriting {
        let prefix: String
        let routes: [String: ConfigValue]

        func apply(_ value: ConfigValue) -> ConfigValue {
            switch value {
            case .string(let text): return .string(renamed(text))
            case .array(let items): return .array(items.map(apply))
            case .object(let fields):
                var result: [OrderedFields.Element] = []
                for (name, field) in fields {
                    if name == "rds", let routes = routes[field["routeConfigName"]?.string ?? ""] {
                        result.append(("routeConfig", apply(routes)))
                    } else if name == "crl" {
                        // A file that isn't there would stop Envoy.
                        continue
                    } else if name == "dnsCacheConfig", case .object(var cache) = apply(field) {
                        cache["name"] = .string("\(prefix)/\(cache["name"]?.string ?? "")")
                        result.append((name, .object(cache)))
                    } else {
                        result.append((name, apply(field)))
                    }
                }
                var object = OrderedFields()
                for (name, field) in result { object[name] = field }
                return .object(object)
            default: return value
            }
        }

        private func renamed(_ text: String) -> String {
            let isCluster = text.hasPrefix("outbound|") || text.hasPrefix("outbound_.")
                || ["BlackHoleCluster", "PassthroughCluster", "AllowAnyDynamicDNSCluster"].contains(text)
            return isCluster ? "\(prefix)/\(text)" : text
        }
    }
}
