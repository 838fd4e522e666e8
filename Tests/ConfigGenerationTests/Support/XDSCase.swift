import ConfigGeneration
import Foundation
import MeshAPI
import ServiceRegistry

/// One case of the conformance data: objects, mesh settings and proxies, and
/// all that istiod generated for them.
struct XDSCase {
    let name: String
    let objects: [MeshObject]
    let mesh: MeshConfig
    let proxies: [(name: String, identity: ProxyIdentity)]
    let expected: JSONTree

    static var all: [String] {
        guard let root = ProcessInfo.processInfo.environment["PETREL_CONFORMANCE"] else { return [] }
        let names = try? FileManager.default.contentsOfDirectory(atPath: root + "/xds")
        return (names ?? []).sorted()
    }

    init(_ name: String) throws {
        let root = ProcessInfo.processInfo.environment["PETREL_CONFORMANCE"] ?? ""
        let folder = "\(root)/xds/\(name)"
        func text(_ file: String) throws -> String {
            try String(contentsOfFile: "\(folder)/\(file)", encoding: .utf8)
        }
        self.name = name
        let settings = ConfigValue.read(yaml: try text("case.yaml"), file: "case.yaml").value
        var objects = ObjectReader.read(yaml: try text("config.yaml"), file: "config.yaml").objects
        if let extra = settings["k8s"]?.string {
            objects += ObjectReader.read(yaml: extra, file: "k8s.yaml").objects
        }
        self.objects = objects
        mesh = MeshConfig.read(yaml: settings["mesh"]?.json() ?? "", file: "mesh").config
        proxies = (settings["proxies"]?.array ?? []).map { ($0["name"]?.string ?? "", ProxyIdentity(conformance: $0)) }
        expected = try JSONTree(text: text("xds.json"))
    }
}

extension ProxyIdentity {
    init(conformance value: ConfigValue) {
        var metadata: [String: String] = [:]
        for field in value["metadata"]?.object ?? OrderedFields() { metadata[field.name] = field.value.string }
        var labels: [String: String] = [:]
        for field in value["labels"]?.object ?? OrderedFields() { labels[field.name] = field.value.string }
        self.init(
            type: Kind(rawValue: value["type"]?.string ?? "") ?? .sidecar,
            namespace: value["configNamespace"]?.string ?? "default", labels: labels,
            ips: (value["ips"]?.array ?? []).compactMap(\.string),
            dnsDomain: value["dnsDomain"]?.string, metadata: metadata,
            locality: value["locality"]?.string ?? "")
    }
}

/// Brings resources into a form in which only their meaning counts: without
/// istiod's own telemetry and the inbound side, and in one order.
enum Meaning {
    static func of(_ proxy: JSONTree) -> JSONTree {
        .object([
            "clusters": named(proxy["clusters"], by: "name"),
            "listeners": named(proxy["listeners"], by: "name"),
            "routes": named(proxy["routes"], by: "name"),
            "endpoints": named(proxy["endpoints"], by: "clusterName"),
            "nameTable": proxy["nameTable"]?["table"] ?? .object([:]),
        ])
    }

    private static func named(_ list: JSONTree?, by key: String) -> JSONTree {
        var fields: [String: JSONTree] = [:]
        for item in list?.items ?? [] {
            let name = item[key]?.text ?? ""
            let isInbound = name.hasPrefix("inbound|") || name.hasPrefix("Inbound") || name == "virtualInbound"
            if !isInbound { fields[name] = normalized(Modern.asIstioWrites(item)) }
        }
        return .object(fields)
    }

    private static func normalized(_ value: JSONTree, key: String = "") -> JSONTree {
        switch value {
        case .object(let fields):
            var kept: [String: JSONTree] = [:]
            for (name, field) in fields where name != "tracing" {
                let clean = normalized(field, key: name)
                if name == "filters", clean == .list([]) { continue }
                kept[name] = clean
            }
            return .object(kept)
        case .list(let items):
            let own = items.filter { !($0["name"]?.text?.hasPrefix("istio.") ?? false) }
            let clean = own.map { normalized($0) }
            guard ["virtualHosts", "domains", "filterChains", "serverNames", "prefixRanges"].contains(key) else {
                return .list(clean)
            }
            return .list(clean.sorted { sortKey($0) < sortKey($1) })
        default: return value
        }
    }

    private static func sortKey(_ value: JSONTree) -> String { (value["name"]?.text ?? "") + value.line }
}

/// Writes fields that replaced deprecated ones as Istio still writes them.
enum Modern {
    static func asIstioWrites(_ value: JSONTree) -> JSONTree {
        switch value {
        case .list(let items): return .list(items.map(asIstioWrites))
        case .object(var fields):
            if fields["clusterType"]?["name"]?.text == "envoy.clusters.dns",
                case .object(let config)? = fields.removeValue(forKey: "clusterType")?["typedConfig"]
            {
                let isLogical = config["allAddressesInSingleEndpoint"] != nil
                fields["type"] = .scalar(isLogical ? "\"LOGICAL_DNS\"" : "\"STRICT_DNS\"")
                for (name, field) in config where name != "@type" && name != "allAddressesInSingleEndpoint" {
                    fields[name] = field
                }
            }
            if let limit = fields["maxStreamDuration"]?["grpcTimeoutHeaderMax"], fields["cluster"] != nil || fields["weightedClusters"] != nil {
                fields["maxStreamDuration"] = nil
                fields["maxGrpcTimeout"] = limit
            } else if let timeout = fields["timeout"], fields["cluster"] != nil || fields["weightedClusters"] != nil {
                fields["maxGrpcTimeout"] = timeout
            }
            if let names = fields.removeValue(forKey: "matchTypedSubjectAltNames") {
                fields["matchSubjectAltNames"] = .list(names.items.compactMap { $0["matcher"] })
            }
            return .object(fields.mapValues(asIstioWrites))
        default: return value
        }
    }
}
