import MeshAPI
import MeshCompilation
import ServiceRegistry
import Testing

@Suite struct AddressLeaseTests {
    func entries(_ hosts: String...) -> [MeshObject] {
        hosts.map { host in
            var spec = ServiceEntry()
            spec.hosts = ["\(host).example"]
            spec.ports = [
                ServiceEntry.ServicePort {
                    $0.number = 5432
                    $0.name = "tcp"
                    $0.protocol = "TCP"
                }
            ]
            spec.resolution = .dns
            return MeshObject(.serviceEntry(spec), metadata: ObjectMeta(name: host, namespace: "default"))
        }
    }

    func address(of host: String, in mesh: CompiledMesh) -> String? {
        mesh.snapshot.allocatedAddresses().first { $0.host == "\(host).example" }?.ipv4
    }

    @Test func aHostKeepsItsAddressWhenOthersComeAndGo() throws {
        let source = try MeshSource(files: [])
        let first = CompiledMesh(objects: entries("m"), source: source)
        let given = try #require(address(of: "m", in: first))
        let more = CompiledMesh(objects: entries("a", "m", "z"), source: source, previous: first)
        #expect(address(of: "m", in: more) == given)
        #expect(address(of: "a", in: more) != given)
        let fewer = CompiledMesh(objects: entries("m"), source: source, previous: more)
        #expect(address(of: "m", in: fewer) == given)
    }

    @Test func fromNothingTheSameObjectsGetTheSameAddresses() throws {
        let source = try MeshSource(files: [])
        let objects = entries("a", "b", "c")
        let one = CompiledMesh(objects: objects, source: source)
        let other = CompiledMesh(objects: objects.reversed(), source: source)
        #expect(one.snapshot.allocatedAddresses() == other.snapshot.allocatedAddresses())
    }
}
