internal import MeshAPI
internal import ServiceRegistry

/// IST0109: VirtualServices that route the same host inside the mesh.
struct MeshHostConflicts: AnalysisRule {
    let codes: [FindingCode] = [.conflictingMeshHosts]

    /// A host and the namespace that sees it; `*` stands for all.
    private struct ScopedHost: Hashable, Comparable {
        let scope: String
        let host: String

        static func < (left: ScopedHost, right: ScopedHost) -> Bool { (left.scope, left.host) < (right.scope, right.host) }
    }

    func apply(to mesh: AnalyzedMesh, _ findings: inout FindingCollector) {
        var routing: [ScopedHost: [Declared<VirtualService>]] = [:]
        for service in mesh.virtualServices where service.spec.appliesToMesh {
            let exportTo = service.spec.exportTo
            let scope = exportTo.isEmpty || exportTo.contains("*") ? "*" : service.namespace
            for host in Set(service.spec.hosts) {
                let name = Hostname.expand(host, namespace: service.namespace, domain: "cluster.local")
                routing[ScopedHost(scope: scope, host: name), default: []].append(service)
            }
        }
        let wildcards = routing.filter { $0.key.scope == "*" && Hostname.isWildcard($0.key.host) }
        // Each is reported once, for what all namespaces see first.
        var reported: Set<ObjectReference> = []
        for (scoped, own) in routing.sorted(by: { $0.key < $1.key }) {
            var services = own
            if scoped.scope != "*" {
                if Hostname.isWildcard(scoped.host) {
                    services += routing.filter { $0.key.scope == "*" && Hostname.matches($0.key.host, scoped.host) }.flatMap(\.value)
                } else {
                    services += routing[ScopedHost(scope: "*", host: scoped.host)] ?? []
                    services += wildcards.filter { Hostname.matches($0.key.host, scoped.host) }.flatMap(\.value)
                }
            }
            guard Set(services.map(\.reference)).count > 1 else { continue }
            let names = Set(services.map(\.fullName)).sorted().joined(separator: ",")
            for service in services where reported.insert(service.reference).inserted {
                let index = service.spec.hosts.firstIndex { host in
                    Hostname.matches(Hostname.expand(host, namespace: service.namespace, domain: "cluster.local"), scoped.host)
                }
                findings.report(
                    .conflictingMeshHosts, on: service.object, at: "spec.hosts" + (index.map { "[\($0)]" } ?? ""),
                    "The VirtualServices \(names) associated with mesh gateway define the same host \(scoped.scope)/\(scoped.host) which can lead to undefined behavior. This can be fixed by merging the conflicting VirtualServices into a single resource.")
            }
        }
    }
}
