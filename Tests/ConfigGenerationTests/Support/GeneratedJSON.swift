import ConfigGeneration
import EnvoyAPI
import MeshAPI
import ServiceRegistry
import SwiftProtobuf

/// Generates from YAML and shows the result as Envoy's JSON.
enum Generated {
    static func snapshot(_ yaml: String..., mesh: MeshConfig = MeshConfig()) throws -> MeshSnapshot {
        var objects: [MeshObject] = []
        for text in yaml {
            let read = ObjectReader.read(yaml: text, file: "test.yaml")
            let errors = read.violations.filter { $0.severity == .error }
            guard errors.isEmpty else { throw Problem(text: "\(errors)") }
            objects += read.objects
        }
        return MeshSnapshot(objects: objects, mesh: mesh)
    }

    static func tree(_ resources: ResourceSet) throws -> JSONTree {
        .object([
            "clusters": try list(resources.clusters),
            "endpoints": try list(resources.endpoints),
            "listeners": try list(resources.listeners),
            "routes": try list(resources.routes),
            "secrets": try list(resources.secrets),
            "nameTable": try JSONTree(text: EnvoyJSON.encode(resources.nameTable)),
        ])
    }

    static func list(_ messages: [some Message]) throws -> JSONTree {
        .list(try messages.map { try JSONTree(text: EnvoyJSON.encode($0)) })
    }

    struct Problem: Error { let text: String }
}
