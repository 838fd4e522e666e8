internal import MeshAPI
internal import ServiceRegistry

/// The hosts of ServiceEntries and Services with the namespaces that may see
/// them, looked up the way Istio's analyzers do: exact names first, then
/// wildcards.
struct HostCatalog: Sendable {
    /// One declaration of a host.
    struct Entry: Sendable {
        let reference: ObjectReference
        let host: String
        let visibility: Visibility
        let ports: [UInt32]
    }

    private var exact: [String: [Entry]] = [:]
    private var wildcards: [Entry] = []

    init(_ objects: [MeshObject], domain: String = "cluster.local") {
        for object in objects {
            let namespace = object.metadata.namespace
            switch object.spec {
            case .serviceEntry(let entry):
                for host in entry.hosts {
                    add(object, Hostname.expand(host, namespace: namespace, domain: domain), entry.exportTo, entry.ports.map(\.number))
                }
            case .service(let service):
                let listed = object.metadata.annotations["networking.istio.io/exportTo"] ?? ""
                let exportTo = listed.split(separator: ",").map { String($0.filter { !$0.isWhitespace }) }
                let host = "\(object.metadata.name).\(namespace).svc.\(domain)"
                add(object, host, exportTo, service.ports.map(\.port))
            default: break
            }
        }
    }

    private mutating func add(_ object: MeshObject, _ host: String, _ exportTo: [String], _ ports: [UInt32]) {
        let visibility = Visibility(exportTo: exportTo, namespace: object.metadata.namespace, meshDefault: [])
        let entry = Entry(reference: object.reference, host: host, visibility: visibility, ports: ports)
        if Hostname.isWildcard(host) { wildcards.append(entry) } else { exact[host, default: []].append(entry) }
    }

    /// Every declaration of a host that an object of a namespace sees.
    ///
    /// - Parameters:
    ///   - host: As written in the object.
    ///   - exportTo: Where the object itself applies.
    func entries(for host: String, from namespace: String, exportTo: [String], domain: String = "cluster.local") -> [Entry] {
        guard !host.isEmpty else { return [] }
        let name = Hostname.expand(host, namespace: namespace, domain: domain)
        let isEverywhere = exportTo.isEmpty || exportTo.contains("*")
        let viewers = isEverywhere ? [namespace] : exportTo.map { $0 == "." ? namespace : $0 }
        for viewer in viewers {
            let found = (exact[name] ?? []).filter { $0.visibility.includes(viewer) }
            if !found.isEmpty { return found }
            let suffix = name.hasPrefix("*") ? name.dropFirst() : name[...]
            let covering = wildcards.filter { $0.visibility.includes(viewer) && suffix.hasSuffix($0.host.dropFirst()) }
            if !covering.isEmpty { return covering }
        }
        return []
    }

    /// Every declaration that shares a name with a host, whoever sees it.
    func matching(_ host: String) -> [Entry] {
        let found = Hostname.isWildcard(host) ? exact.values.joined().filter { Hostname.matches($0.host, host) } : exact[host] ?? []
        return found + wildcards.filter { Hostname.matches($0.host, host) }
    }
}
