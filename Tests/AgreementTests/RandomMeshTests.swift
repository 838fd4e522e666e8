import ConfigGeneration
import EnvoyAPI
import Foundation
import MeshAPI
import PetrelTestKit
import ServiceRegistry
import SwiftProtobuf
import Testing
import TrafficModel

/// Objects by chance: whatever their rules accept, generation survives it,
/// gives the same bytes every time, and Envoy takes what comes out. With
/// `PETREL_LONG_TESTS=1` there are many more of them.
@Suite("Random valid objects", .timeLimit(.minutes(10)))
struct RandomMeshTests {
    private static let isLong = ProcessInfo.processInfo.environment["PETREL_LONG_TESTS"] == "1"
    private static let seeds: Range<UInt64> = 0..<(isLong ? 2_000 : 48)

    private static let proxies = [
        ProxyIdentity(labels: ["app": "a"], ips: ["10.0.0.1"]),
        ProxyIdentity(ips: ["10.0.0.1", "2001:db8::1"], metadata: ["DNS_CAPTURE": "true"]),
        ProxyIdentity(type: .router, namespace: "istio-system", labels: ["app": "a"], ips: ["10.0.0.9"]),
    ]

    private static func resources(_ objects: [MeshObject], _ proxy: ProxyIdentity) -> ResourceSet {
        ConfigGenerator(snapshot: MeshSnapshot(objects: objects, mesh: MeshConfig())).generate(for: proxy).resources
    }

    @Test(.enabled(if: EnvoyProcess.isAvailable)) func giveWhatEnvoyTakes() async throws {
        var validation = EnvoyValidation()
        var kinds: Set<String> = []
        for seed in Self.seeds {
            var random = RandomMesh(seed: seed)
            let objects = random.objects()
            kinds.formUnion(objects.map(\.kind))
            let proxy = Self.proxies[Int(seed) % Self.proxies.count]
            validation.add(Self.resources(objects, proxy), as: "seed-\(seed)")
        }
        #expect(kinds.count >= 9, "only \(kinds)")
        for refusal in try await validation.refusals() { Issue.record("\(refusal.name): \(refusal.output)") }
    }

    @Test func orderNeverMattersAndTheSameBytesComeOut() throws {
        for seed in Self.seeds {
            var random = RandomMesh(seed: seed)
            let objects = random.objects()
            for proxy in Self.proxies {
                let first = Self.resources(objects, proxy)
                let again = Self.resources(objects.reversed(), proxy)
                #expect(try Self.bytes(first) == Self.bytes(again), "seed \(seed)")
            }
        }
    }

    /// A stranger among the objects changes nothing for the others.
    @Test func objectsThatNobodyUnderstandsChangeNothing() throws {
        let strangers = try [
            "{apiVersion: example.com/v1, kind: Stranger, metadata: {name: s}, spec: {hosts: [api.example.com]}}",
            "{apiVersion: networking.istio.io/v1, kind: WorkloadGroup, metadata: {name: g}, spec: {template: {serviceAccount: a}}}",
            "{apiVersion: v1, kind: ConfigMap, metadata: {name: c}, data: {a: b}}",
        ].map { try #require(ObjectReader.read(yaml: $0, file: "strangers.yaml").objects.first) }
        for seed in Self.seeds {
            var random = RandomMesh(seed: seed)
            let objects = random.objects()
            for proxy in Self.proxies {
                let without = try Self.bytes(Self.resources(objects, proxy))
                #expect(try Self.bytes(Self.resources(strangers + objects, proxy)) == without, "seed \(seed)")
            }
        }
    }

    @Test func areTakenByPetrelsOwnProxyOrRefusedByName() {
        for seed in Self.seeds {
            var random = RandomMesh(seed: seed)
            let objects = random.objects()
            for proxy in Self.proxies {
                let (_, rejections) = TrafficTables.compile(Self.resources(objects, proxy))
                #expect(rejections.allSatisfy { !$0.message.isEmpty }, "seed \(seed)")
            }
        }
    }

    private static func bytes(_ resources: ResourceSet) throws -> [UInt8] {
        var options = BinaryEncodingOptions()
        options.useDeterministicOrdering = true
        var bytes: [UInt8] = []
        func add(_ messages: [some Message]) throws {
            for message in messages { bytes += try message.serializedBytes(options: options) as [UInt8] }
        }
        try add(resources.clusters)
        try add(resources.endpoints)
        try add(resources.listeners)
        try add(resources.routes)
        try add(resources.secrets)
        try add([resources.nameTable])
        return bytes
    }
}
