import ControlPlane
import DiscoveryServer
import EnvoyAPI
import MeshAPI
import MeshAuthority
import MeshCompilation
import ServiceRegistry
import SwiftProtobuf
import Testing

/// What proxies are given, and what becomes of it by changes.
struct SharedViewTests {
    let source: MeshSource
    let secrets: WorkloadSecrets

    init() throws {
        source = try MeshSource(files: [])
        secrets = WorkloadSecrets(authority: try MeshAuthority())
    }

    static let proxies = [
        ProxyIdentity(), ProxyIdentity(metadata: ["DNS_CAPTURE": "true"]), ProxyIdentity(namespace: "other"),
        ProxyIdentity(type: .router, labels: ["istio": "egressgateway"]),
    ]

    private func cold(_ objects: [MeshObject], _ proxy: ProxyIdentity, after previous: CompiledMesh? = nil) throws -> ResourceSnapshot {
        let mesh = CompiledMesh(objects: objects, source: source, previous: previous)
        return try MeshDiscovery(mesh, secrets: secrets).snapshot(of: mesh, for: proxy)
    }

    @Test(arguments: 0..<24)
    func aChangeLeadsToWhatAllObjectsReadAnewWouldGive(seed: Int) async throws {
        var random = SyntheticObjects(seed: UInt64(seed) + 1)
        var objects = random.mesh()
        var mesh = CompiledMesh(objects: objects, source: source)
        let discovery = MeshDiscovery(mesh, secrets: secrets)
        var streams: [AsyncStream<ResourceSnapshot>.AsyncIterator] = []
        for proxy in Self.proxies {
            var node = Envoy_Config_Core_V3_Node()
            node.id = proxy.nodeID
            for (key, value) in proxy.metadata { node.metadata.fields[key] = .init(stringValue: value) }
            node.metadata.fields["LABELS"] = .init(
                structValue: .init(fields: proxy.labels.mapValues { .init(stringValue: $0) }))
            streams.append(try await discovery.resources(for: node).makeAsyncIterator())
        }
        var inPlace = 0
        for _ in 0..<12 {
            let position = random.number(objects.count)
            objects[position] = random.edited(objects[position])
            // Hosts keep the addresses that they had.
            let before = mesh
            mesh = before.applying([.put(objects[position])])
            if mesh.change != nil { inPlace += 1 }
            discovery.publish(mesh)
            for index in streams.indices {
                let served = try #require(await streams[index].next())
                let expected = try cold(objects, Self.proxies[index], after: before)
                for type in EnvoyTypeURL.pushOrder {
                    #expect(Set(served[type].resources.keys) == Set(expected[type].resources.keys), "\(type)")
                    for (name, resource) in expected[type].resources where served[type].resources[name] != resource {
                        Issue.record("\(Self.proxies[index].nodeID): \(type.shortName) \(name) differs")
                    }
                    #expect(served[type].version == expected[type].version, "\(type)")
                }
            }
        }
        #expect(inPlace > 0, "no change was made in place")
    }

    @Test(arguments: 0..<6)
    func theOrderOfArrivalChangesNothing(seed: Int) throws {
        var random = SyntheticObjects(seed: UInt64(seed) + 100)
        var objects = random.mesh()
        for proxy in Self.proxies {
            let expected = try cold(objects, proxy)
            for position in objects.indices { objects.swapAt(position, random.number(objects.count)) }
            let other = try cold(objects, proxy)
            #expect(other == expected)
        }
    }

    @Test func proxiesThatDifferInNameAndAddressShareEveryResource() throws {
        var random = SyntheticObjects(seed: 7)
        let mesh = CompiledMesh(objects: random.mesh(), source: source)
        let discovery = MeshDiscovery(mesh, secrets: secrets)
        let one = try discovery.snapshot(of: mesh, for: ProxyIdentity(name: "a", ips: ["10.0.0.1"]))
        let two = try discovery.snapshot(of: mesh, for: ProxyIdentity(name: "b", ips: ["10.0.0.2"]))
        for (type, resources) in one.types {
            for (name, resource) in resources.resources { #expect(two[type].resources[name] === resource) }
        }
    }

    @Test func aProxyIsNotTakenForAnotherThatIsGivenSomethingElse() throws {
        let mesh = CompiledMesh(objects: [], source: source)
        let plain = ProxyIdentity().shared(in: mesh.snapshot)
        for other in [
            ProxyIdentity(namespace: "other"), ProxyIdentity(serviceAccount: "other"), ProxyIdentity(labels: ["a": "b"]),
            ProxyIdentity(metadata: ["DNS_CAPTURE": "true"]), ProxyIdentity(ips: ["::1"]), ProxyIdentity(locality: "a/b"),
        ] {
            #expect(other.shared(in: mesh.snapshot) != plain)
        }
    }

    @Test func objectsThatCanNotBeServedLeaveTheOthersAlone() throws {
        var random = SyntheticObjects(seed: 11)
        let good = random.entry(1)
        var broken = ServiceEntry()
        broken.hosts = ["", "*", "not a host"]
        var port = ServiceEntry.ServicePort()
        port.number = 0
        broken.ports = [port]
        broken.addresses = ["nowhere"]
        let bad = MeshObject(.serviceEntry(broken), metadata: ObjectMeta(name: "bad", namespace: "default"))
        let alone = try cold([good], ProxyIdentity())
        let both = try cold([good, bad], ProxyIdentity())
        for name in alone[.cluster].resources.keys {
            #expect(both[.cluster].resources[name] == alone[.cluster].resources[name], "\(name)")
        }
    }

    @Test func aRefusedResourceLeadsToTheObjectsThatMadeIt() throws {
        var random = SyntheticObjects(seed: 3)
        let entry = random.entry(1), policy = random.policy(1)
        let mesh = CompiledMesh(objects: [entry, policy], source: source)
        let discovery = MeshDiscovery(mesh, secrets: secrets)
        let origins = discovery.origins(of: [.cluster("outbound|80||s1.example.com")], nodeID: ProxyIdentity().nodeID)
        #expect(origins == [entry.reference, policy.reference])
    }
}
