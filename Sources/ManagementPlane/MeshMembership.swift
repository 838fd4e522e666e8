internal import MeshAPI

/// Which installations receive external services, and on whose behalf.
struct MeshMembership {
    /// One installation and the virtual meshes it is a member of, oldest key first.
    struct Member {
        var installation: MeshInstallation
        var virtualMeshes: [MeshObject]
    }

    /// The members in the order of their installations; one implied member when
    /// no VirtualMesh is declared at all.
    let members: [Member]

    /// Resolves the meshes of every VirtualMesh.
    ///
    /// A reference that leads nowhere is a violation of that VirtualMesh; its
    /// other members are not affected.
    init(objects: [MeshObject], violations: inout [Violation]) {
        var installations: [String: MeshInstallation] = [:]
        var virtualMeshes: [MeshObject] = []
        for object in objects {
            switch object.spec {
            case .mesh(let mesh):
                guard let installation = mesh.istio?.installation else { continue }
                installations["\(object.metadata.namespace)/\(object.metadata.name)"] = MeshInstallation(
                    cluster: installation.cluster,
                    namespace: installation.namespace.isEmpty ? "istio-system" : installation.namespace)
            case .virtualMesh: virtualMeshes.append(object)
            default: break
            }
        }
        guard !virtualMeshes.isEmpty else {
            members = [Member(installation: .local, virtualMeshes: [])]
            return
        }
        var parents: [MeshInstallation: [MeshObject]] = [:]
        for object in virtualMeshes.sorted(by: { $0.reference < $1.reference }) {
            guard case .virtualMesh(let virtualMesh) = object.spec else { continue }
            for (index, reference) in virtualMesh.meshes.enumerated() {
                let path = "spec.meshes[\(index)]"
                guard let installation = installations["\(reference.namespace)/\(reference.name)"] else {
                    violations.append(
                        Violation(
                            severity: .error, code: .invalidMeshPolicy,
                            message: "there is no Istio Mesh \(reference.namespace)/\(reference.name); declare it or remove it from the list",
                            path: path, object: object.reference, location: object.location(of: path)))
                    continue
                }
                parents[installation, default: []].append(object)
            }
        }
        members = parents
            .map { Member(installation: $0.key, virtualMeshes: $0.value) }
            .sorted { ($0.installation.cluster, $0.installation.namespace) < ($1.installation.cluster, $1.installation.namespace) }
    }
}
