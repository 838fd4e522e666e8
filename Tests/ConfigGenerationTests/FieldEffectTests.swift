import ConfigGeneration
import EnvoyAPI
import Foundation
import MeshAPI
import ServiceRegistry
import Testing

/// Every field either changes what a proxy is given, in at least one golden,
/// or is listed as one that has no effect.
///
/// The fields come from the kinds' own definitions; a field counts as
/// exercised when taking it out of a golden's objects changes the resources.
@Suite("Every field has an effect or is listed as having none")
struct FieldEffectTests {
    static let kinds = [
        "ServiceEntry", "WorkloadEntry", "WorkloadGroup", "VirtualService", "DestinationRule", "Sidecar", "Gateway", "ProxyConfig",
        "AuthorizationPolicy", "PeerAuthentication", "RequestAuthentication", "Telemetry", "Service", "EndpointSlice", "Pod", "Secret",
        "ConfigMap",
    ]

    @Test func ofObjects() throws {
        var wanted: [String: Set<String>] = [:]
        for name in Self.kinds {
            let kind = try #require(ObjectKind.all.first { $0.kind == name && !$0.group.hasSuffix("solo.io") })
            wanted[name] = Set(FieldPaths(kind.schema()).leaves.map { Self.canonical(name, $0) })
        }
        let idle = Self.idle()
        var effective: Set<String> = []
        for golden in try GoldenCase.all.map(EffectCase.init) {
            for (index, object) in golden.objects.enumerated() where Self.kinds.contains(object.kind) {
                let isWhole = ObjectKind.all.first { $0.kind == object.kind && $0.group == object.group }?.body == .root
                guard let body = isWhole ? object.value : object.value["spec"] else { continue }
                for path in FieldPaths.written(body) {
                    let key = "\(object.kind).\(Self.canonical(object.kind, path))"
                    if effective.contains(key) { continue }
                    let full = isWhole ? path : "spec.\(path)"
                    if try golden.changes(without: full, of: index) { effective.insert(key) }
                }
            }
        }
        for (kind, paths) in wanted {
            for path in paths.sorted() where !Self.isListed(kind, path, idle) {
                let isShown = effective.contains { $0 == "\(kind).\(path)" || $0.hasPrefix("\(kind).\(path).") }
                if !isShown, !Self.neutral.contains("\(kind).\(path)") {
                    Issue.record("\(kind) \(path): no golden shows an effect, and it isn't listed as having none")
                }
            }
        }
        for entry in FieldsWithoutEffect.all where entry.kind != "MeshConfig" && !entry.path.isEmpty {
            let path = Self.canonical(entry.kind, entry.path)
            let shown = effective.filter { $0 == "\(entry.kind).\(path)" || $0.hasPrefix("\(entry.kind).\(path).") }
            #expect(shown.isEmpty, "\(entry.kind) \(entry.path) is listed as having no effect, and has one")
        }
    }

    @Test func ofTheMesh() throws {
        let idle = Self.idle()
        var effective: Set<String> = []
        for golden in try GoldenCase.all.map(EffectCase.init) {
            guard let mesh = golden.settings["mesh"] else { continue }
            for path in FieldPaths.written(mesh) where !effective.contains(path) {
                if try golden.changes(withoutMeshSetting: path) { effective.insert(path) }
            }
        }
        for path in FieldPaths(MeshConfig.schema, terminal: ["localityLbSetting", "defaultHttpRetryPolicy"]).leaves.sorted() {
            if Self.isListed("MeshConfig", path, idle) { continue }
            let isShown = effective.contains { $0 == path || $0.hasPrefix("\(path).") }
            #expect(isShown, "MeshConfig \(path): no golden shows an effect, and it isn't listed as having none")
        }
        for entry in FieldsWithoutEffect.all where entry.kind == "MeshConfig" {
            let shown = effective.filter { $0 == entry.path || $0.hasPrefix("\(entry.path).") }
            #expect(shown.isEmpty, "MeshConfig \(entry.path) is listed as having no effect, and has one")
        }
    }

    /// Fields that say nothing by themselves: what stands beside them does.
    private static let neutral: Set<String> = [
        // A map's default protocol, a list's address family, and the like.
        "EndpointSlice.addressType", "EndpointSlice.apiVersion", "EndpointSlice.kind",
    ]

    private static func idle() -> [String: [String]] {
        Dictionary(grouping: FieldsWithoutEffect.all, by: \.kind).mapValues { $0.map(\.path) }
    }

    private static func isListed(_ kind: String, _ path: String, _ idle: [String: [String]]) -> Bool {
        (idle[kind] ?? []).contains { entry in
            let entry = canonical(kind, entry)
            return entry.isEmpty || path == entry || path.hasPrefix("\(entry).")
        }
    }

    /// A policy means the same wherever it stands, and so does an endpoint.
    private static func canonical(_ kind: String, _ path: String) -> String {
        var path = path
        if kind == "DestinationRule" {
            path = path.replacing("subsets.trafficPolicy", with: "trafficPolicy")
            if !path.hasPrefix("trafficPolicy.portLevelSettings.port") {
                path = path.replacing("trafficPolicy.portLevelSettings", with: "trafficPolicy")
            }
        }
        return path
    }
}

/// A golden whose objects and settings can be changed.
private struct EffectCase {
    let objects: [MeshObject]
    let settings: ConfigValue
    private let proxy: ProxyIdentity
    private let resources: ResourceSet

    init(_ name: String) throws {
        let golden = GoldenCase(name)
        let yaml = try String(contentsOf: golden.folder.appendingPathComponent("config.yaml"), encoding: .utf8)
        objects = ObjectReader.read(yaml: yaml, file: name).objects
        settings = golden.settings
        proxy = golden.settings["proxy"].map { ProxyIdentity(conformance: $0) } ?? ProxyIdentity(ips: ["10.0.0.1"])
        resources = Self.generate(objects, Self.mesh(golden.settings["mesh"]), proxy)
    }

    func changes(without path: String, of index: Int) throws -> Bool {
        let shorter = FieldPaths.removing(path, from: objects[index].value)
        guard let object = ObjectReader.read(shorter).object else { return true }
        var changed = objects
        changed[index] = object
        return Self.generate(changed, Self.mesh(settings["mesh"]), proxy) != resources
    }

    func changes(withoutMeshSetting path: String) throws -> Bool {
        let shorter = settings["mesh"].map { FieldPaths.removing(path, from: $0) }
        return Self.generate(objects, Self.mesh(shorter), proxy) != resources
    }

    private static func mesh(_ value: ConfigValue?) -> MeshConfig {
        MeshConfig.read(yaml: value?.json() ?? "", file: "case.yaml").config
    }

    private static func generate(_ objects: [MeshObject], _ mesh: MeshConfig, _ proxy: ProxyIdentity) -> ResourceSet {
        ConfigGenerator(snapshot: MeshSnapshot(objects: objects, mesh: mesh)).generate(for: proxy).resources
    }
}

/// Ways to fields, by names alone: `http.route.destination.host`.
private struct FieldPaths {
    private(set) var leaves: [String] = []
    private let terminal: Set<String>

    /// Types whose insides are shown where they stand alone.
    private static let opaque: Set<String> = ["StringMatch", "HeaderOperations", "WorkloadSelector", "PolicyWorkloadSelector"]

    init(_ schema: FieldSchema, terminal: Set<String> = []) {
        self.terminal = terminal
        add(schema, "", 0)
    }

    private mutating func add(_ schema: FieldSchema, _ path: String, _ depth: Int) {
        switch schema {
        case .array(let element): add(element, path, depth)
        case .object(let object) where !object.fields.isEmpty && depth < 9 && !Self.opaque.contains(object.name):
            for field in object.fields {
                let inner = path.isEmpty ? field.name : "\(path).\(field.name)"
                if terminal.contains(field.name) { leaves.append(inner) } else { add(field.schema, inner, depth + 1) }
            }
        default: if !path.isEmpty { leaves.append(path) }
        }
    }

    /// The ways to everything that is written.
    static func written(_ value: ConfigValue) -> [String] {
        var found: [String] = []
        var seen: Set<String> = []
        func walk(_ value: ConfigValue, _ path: String) {
            switch value {
            case .array(let items): for item in items { walk(item, path) }
            case .object(let fields):
                for field in fields {
                    let inner = path.isEmpty ? field.name : "\(path).\(field.name)"
                    if seen.insert(inner).inserted { found.append(inner) }
                    walk(field.value, inner)
                }
            default: break
            }
        }
        walk(value, "")
        return found
    }

    /// Without a field, wherever lists on the way to it lead.
    static func removing(_ path: String, from value: ConfigValue) -> ConfigValue {
        remove(path.split(separator: ".", omittingEmptySubsequences: false)[...], value)
    }

    private static func remove(_ steps: ArraySlice<Substring>, _ value: ConfigValue) -> ConfigValue {
        guard let step = steps.first else { return value }
        switch value {
        case .array(let items): return .array(items.map { remove(steps, $0) })
        case .object(var fields):
            let name = String(step)
            guard let inner = fields[name] else { return value }
            fields[name] = steps.count == 1 ? nil : remove(steps.dropFirst(), inner)
            return .object(fields)
        default: return value
        }
    }
}
