internal import MeshAPI

/// One external service to be made known to one installation.
struct ExternalServiceRequest {
    var destination: MeshObject
    var service: Destination.ExternalService
    var member: MeshMembership.Member

    /// What is asked for by all objects, in the order of the ServiceEntries' keys,
    /// so that addresses don't depend on the order of arrival.
    static func all(in objects: [MeshObject], for membership: MeshMembership) -> [ExternalServiceRequest] {
        var requests: [ExternalServiceRequest] = []
        for object in objects {
            guard case .destination(let destination) = object.spec, let service = destination.externalService else { continue }
            for member in membership.members where service.reaches(member.installation) {
                requests.append(ExternalServiceRequest(destination: object, service: service, member: member))
            }
        }
        return requests.sorted { $0.key.lexicographicallyPrecedes($1.key) }
    }

    /// Key of the ServiceEntry, then the age and name of the Destination: the
    /// older one keeps a contested name.
    private var key: [String] {
        [
            service.name, member.installation.namespace, member.installation.cluster,
            destination.metadata.creationTimestamp ?? "", destination.metadata.namespace, destination.metadata.name,
        ]
    }
}

extension Destination.ExternalService {
    /// Whether `exportTo` lets a cluster have the service: entries are
    /// alternatives, and one without clusters means all of them.
    func reaches(_ installation: MeshInstallation) -> Bool {
        exportTo.isEmpty || exportTo.contains { $0.clusters.isEmpty || $0.clusters.contains(installation.cluster) }
    }

    /// The ServiceEntry's `exportTo`: the namespaces of the entries that name the
    /// cluster; empty (all) when one of them names none.
    func namespaces(in installation: MeshInstallation) -> [String] {
        let entries = exportTo.filter { $0.clusters.isEmpty || $0.clusters.contains(installation.cluster) }
        guard !entries.isEmpty, entries.allSatisfy({ !$0.namespaces.isEmpty }) else { return [] }
        return Set(entries.flatMap(\.namespaces)).sorted()
    }
}
