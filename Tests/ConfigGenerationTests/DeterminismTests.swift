import ConfigGeneration
import EnvoyAPI
import Foundation
import MeshAPI
import ServiceRegistry
import SwiftProtobuf
import Testing

@Suite("Generation is a pure function of the objects")
struct DeterminismTests {
    /// All golden inputs that live together without changing each other's
    /// meaning are one mesh; each in a namespace of its own.
    private static func objects() throws -> [MeshObject] {
        try GoldenCase.all.flatMap { name -> [MeshObject] in
            let golden = GoldenCase(name)
            let yaml = try String(
                contentsOf: golden.folder.appendingPathComponent("config.yaml"), encoding: .utf8)
            return ObjectReader.read(yaml: yaml, file: name).objects.map { object in
                var object = object
                if object.metadata.namespace == "default" { object.metadata.namespace = name }
                return object
            }
        }
    }

    private static let proxies = [
        ProxyIdentity(namespace: "subsets", ips: ["10.0.0.1"]),
        ProxyIdentity(namespace: "sidecar-egress", ips: ["10.0.0.1"], metadata: ["DNS_CAPTURE": "true"]),
        ProxyIdentity(type: .router, namespace: "istio-system", labels: ["istio": "egressgateway"], ips: ["10.0.0.9"]),
    ]

    private static func bytes(_ objects: [MeshObject], _ proxy: ProxyIdentity) throws -> [UInt8] {
        let resources = ConfigGenerator(snapshot: MeshSnapshot(objects: objects, mesh: MeshConfig()))
            .generate(for: proxy).resources
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

    @Test(arguments: proxies)
    func theOrderOfArrivalNeverMatters(_ proxy: ProxyIdentity) throws {
        let objects = try Self.objects()
        let expected = try Self.bytes(objects, proxy)
        #expect(expected.count > 3_000)
        var generator = Reordering(state: 42)
        for _ in 0..<8 {
            #expect(try Self.bytes(objects.shuffled(using: &generator), proxy) == expected)
        }
    }

    @Test func namesAreUnique() throws {
        let snapshot = MeshSnapshot(objects: try Self.objects(), mesh: MeshConfig())
        for proxy in Self.proxies {
            let names = ConfigGenerator(snapshot: snapshot).generate(for: proxy).resources.names
            #expect(Set(names).count == names.count)
        }
    }

    @Test func everyGeneratedClusterNamesItsObjects() throws {
        let snapshot = MeshSnapshot(objects: try Self.objects(), mesh: MeshConfig())
        let generated = ConfigGenerator(snapshot: snapshot).generate(for: Self.proxies[0])
        for cluster in generated.resources.clusters where cluster.name.hasPrefix("outbound|") {
            #expect(generated.provenance[.cluster(cluster.name)]?.isEmpty == false)
        }
    }

    @Test(arguments: proxies)
    func encodingInOnePassGivesTheSameBytes(_ proxy: ProxyIdentity) throws {
        let resources = ConfigGenerator(snapshot: MeshSnapshot(objects: try Self.objects(), mesh: MeshConfig()))
            .generate(for: proxy).resources
        var options = BinaryEncodingOptions()
        options.useDeterministicOrdering = true
        func check(_ messages: [some Message]) throws {
            for message in messages {
                let expected: [UInt8] = try message.serializedBytes(options: options)
                #expect(ResourceEncoder.bytes(of: message) == expected)
            }
        }
        try check(resources.clusters)
        try check(resources.endpoints)
        try check(resources.listeners)
        try check(resources.routes)
        try check(resources.secrets)
        try check([resources.nameTable])
    }

    /// The same shuffles in every run.
    private struct Reordering: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state ^ state >> 33
        }
    }
}
