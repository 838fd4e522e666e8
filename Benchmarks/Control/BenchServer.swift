internal import ControlPlane
internal import DiscoveryServer
internal import Foundation
internal import MeshAPI
internal import MeshCompilation

/// The server's half of the cases with sockets, a process of its own so that its
/// CPU is its own: takes one command a line, answers one line each.
enum BenchServer {
    static func run(_ arguments: [String]) async throws {
        let count = arguments.first.flatMap { Int($0) } ?? 1000
        let shape: SyntheticMesh.Shape = arguments.last == "http" ? .httpWithRules : .entriesWithRules
        let source = try MeshSource(files: [])
        var mesh = CompiledMesh(objects: SyntheticMesh.objects(count, shape), source: source)
        let discovery = try ControlCase.discovery(mesh)
        let endpoint = DiscoveryEndpoint(service: DiscoveryService(source: discovery), port: 0)
        let serving = Task { try await endpoint.run() }
        Report.say("port \(try await endpoint.boundPort)")
        var edits = 0
        while let line = readLine() {
            switch line {
            case "cpu": Report.say("cpu \(Meter.cpu)")
            case "memory": Report.say("memory \(Meter.memory.now)")
            case "stop":
                serving.cancel()
                return
            default:
                edits += 1
                let started = Meter.now
                let changed = edited(line, edits, of: count)
                mesh = mesh.applying([.put(changed)])
                discovery.publish(mesh)
                Report.say("changed \(started)")
            }
        }
    }

    private static func edited(_ kind: String, _ edit: Int, of count: Int) -> MeshObject {
        let index = edit * 7919 % count
        return switch kind {
        case "rule": SyntheticMesh.rule(index, timeout: 10 + edit)
        case "entry": SyntheticMesh.entry(index, endpoint: "moved-\(edit).example.net")
        default: SyntheticMesh.policy(index, connectTimeout: 5 + edit)
        }
    }
}
