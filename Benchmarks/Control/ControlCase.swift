internal import ConfigStore
internal import ControlPlane
internal import DiscoveryServer
internal import EnvoyAPI
internal import Foundation
internal import MeshAPI
internal import MeshAuthority
internal import MeshCompilation
internal import ServiceRegistry
internal import SwiftProtobuf

/// One thing that is measured.
struct ControlCase: Sendable {
    let name: String
    let summary: String
    let run: @Sendable (inout Report) async throws -> Void

    static let all = [
        ControlCase(name: "control-5000", summary: "5,000 ServiceEntries resolved by DNS; istiod needs 1,414 ms of CPU for one proxy") {
            try coldStart(&$0, 5000, .entries, generationBar: 141)
        },
        ControlCase(name: "control-10000", summary: "10,000 ServiceEntries, each with a VirtualService and a DestinationRule") {
            try coldStart(&$0, 10_000, .entriesWithRules, totalBar: 1500, memoryBar: 300)
        },
        ControlCase(name: "control-validate", summary: "petrel validate over the 10,000, as YAML") { try validate(&$0, 10_000) },
        ControlCase(name: "control-change-100", summary: "one object of 10,000 changes, 100 delta proxies are connected") {
            try await changes(&$0)
        },
        ControlCase(name: "control-subscribers-1000", summary: "1,000 delta proxies over sockets, one change each second") {
            try await subscribers(&$0)
        },
        ControlCase(name: "control-growth", summary: "the same from 100 to 100,000 ServiceEntries") { try growth(&$0) },
    ]

    /// - Throws: For a name that no case has.
    static func selected(_ names: [String]) throws -> [ControlCase] {
        if names.isEmpty || names == ["control"] { return all }
        return try names.map { name in
            guard let found = all.first(where: { $0.name == name }) else {
                throw MeshSourceError("There is no case \(name); --list shows them.")
            }
            return found
        }
    }

    static func proxy(_ index: Int = 1, capturesDNS: Bool = false) -> ProxyIdentity {
        ProxyIdentity(
            name: "app-\(index)", ips: ["10.0.\(index >> 8 & 255).\(index & 255)"],
            metadata: ["DNS_CAPTURE": capturesDNS ? "true" : "false", "NAMESPACE": "default"])
    }

    static func discovery(_ mesh: CompiledMesh) throws -> MeshDiscovery {
        MeshDiscovery(mesh, secrets: WorkloadSecrets(authority: try MeshAuthority()))
    }

    private static func coldStart(
        _ report: inout Report, _ count: Int, _ shape: SyntheticMesh.Shape, generationBar: Double? = nil,
        totalBar: Double? = nil, memoryBar: Double? = nil
    ) throws {
        let objects = SyntheticMesh.objects(count, shape)
        let source = try MeshSource(files: [])
        let before = Meter.memory.now
        let (mesh, registry) = Meter.cpu { CompiledMesh(objects: objects, source: source) }
        let (snapshot, first) = try Meter.cpu { try discovery(mesh).snapshot(of: mesh, for: proxy()) }
        report.figure("registry of all objects", registry, "ms CPU")
        report.figure("first proxy: generated and encoded", first, "ms CPU", bar: generationBar)
        report.figure("cold start to the first full snapshot", registry + first, "ms CPU", bar: totalBar)
        let captured = try Meter.cpu { try discovery(mesh).snapshot(of: mesh, for: proxy(capturesDNS: true)) }.cost
        report.figure("first proxy whose DNS is captured", captured, "ms CPU")
        let again = try Meter.least(of: 3) { try Meter.cpu { try discovery(mesh).snapshot(of: mesh, for: proxy()) }.cost }
        report.figure("first proxy, least of three", again, "ms CPU")
        let served = try discovery(mesh)
        _ = try served.snapshot(of: mesh, for: proxy())
        let next = try Meter.cpu { try served.snapshot(of: mesh, for: proxy(2)) }.cost
        report.figure("next proxy with the same scope", next, "ms CPU", bar: 1)
        for (type, resources) in snapshot.types.sorted(by: { $0.key < $1.key }) where !resources.resources.isEmpty {
            let bytes = resources.resources.values.reduce(0) { $0 + $1.body.value.count }
            report.figure("  \(resources.resources.count) \(type.shortName)", Double(bytes) / 1e6, "MB")
        }
        report.figure("memory, objects included", Meter.memory.now, "MB", bar: memoryBar)
        report.figure("  of it before", before, "MB")
    }

    private static func validate(_ report: inout Report, _ count: Int) throws {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent("petrel-bench-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        let text = (0..<count).map(SyntheticMesh.yaml).joined(separator: "---\n")
        let file = directory.appendingPathComponent("mesh.yaml").path
        try text.write(toFile: file, atomically: false, encoding: .utf8)
        let source = try MeshSource(files: [file])
        let (loaded, cost) = Meter.cpu { LoadedObjects(source: source) }
        report.figure("read and validated, \(loaded.objects.count) objects, \(text.utf8.count >> 20) MiB", cost, "ms CPU", bar: 1000)
    }

    private static func growth(_ report: inout Report) throws {
        let source = try MeshSource(files: [])
        for count in [100, 1000, 10_000, 100_000] {
            let objects = SyntheticMesh.objects(count, .httpWithRules)
            let (mesh, registry) = Meter.cpu { CompiledMesh(objects: objects, source: source) }
            let served = try discovery(mesh)
            let (_, first) = try Meter.cpu { try served.snapshot(of: mesh, for: proxy()) }
            report.figure("\(count): registry", registry, "ms CPU")
            report.figure("\(count): first proxy", first, "ms CPU")
            report.figure("\(count): memory", Meter.memory.now, "MB")
        }
    }
}
