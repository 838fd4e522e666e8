internal import MeshAPI

/// Something that serves ports: a WorkloadEntry, a Pod, or an inline endpoint.
struct Workload: Sendable {
    let reference: ObjectReference
    let address: String
    let labels: [String: String]
    /// Real ports by service port name.
    let ports: [String: Int]
    /// Container ports by name, of a Pod.
    let containerPorts: [String: Int]
    let locality: String
    let network: String
    let weight: UInt32
    let serviceAccount: String
    let identity: String
    let isPod: Bool

    var namespace: String { reference.namespace }
    var name: String { reference.name }

    /// Labels of the object win over those of its spec.
    init(
        kind: String, namespace: String, name: String, entry: WorkloadEntry,
        metadataLabels: [String: String], trustDomain: String
    ) {
        reference = ObjectReference(kind: kind, namespace: namespace, name: name)
        address = entry.address
        labels = entry.labels.merging(metadataLabels) { _, own in own }
        ports = entry.ports.mapValues(Int.init)
        containerPorts = [:]
        locality = ServiceEndpoint.locality(field: entry.locality, labels: labels)
        network = entry.network.isEmpty ? labels["topology.istio.io/network"] ?? "" : entry.network
        weight = max(entry.weight, 1)
        serviceAccount = entry.serviceAccount
        identity = serviceAccount.isEmpty
            ? "" : "spiffe://\(trustDomain)/ns/\(namespace)/sa/\(serviceAccount)"
        isPod = false
    }

    /// - Returns: nil for a pod without an address, or one that has ended.
    init?(pod object: MeshObject, trustDomain: String) {
        let fields = ObjectFields(root: object)
        address = fields["status"]["podIP"].string
        if address.isEmpty || ["Succeeded", "Failed"].contains(fields["status"]["phase"].string) { return nil }
        reference = object.reference
        labels = object.metadata.labels
        ports = [:]
        var containerPorts: [String: Int] = [:]
        for port in fields["spec"]["containers"].list.flatMap({ $0["ports"].list }) {
            containerPorts[port["name"].string] = port["containerPort"].int
        }
        self.containerPorts = containerPorts
        locality = ServiceEndpoint.locality(field: "", labels: labels)
        network = labels["topology.istio.io/network"] ?? ""
        weight = 1
        let account = fields["spec"]["serviceAccountName"].string
        serviceAccount = account.isEmpty ? "default" : account
        identity = "spiffe://\(trustDomain)/ns/\(reference.namespace)/sa/\(serviceAccount)"
        isPod = true
    }

    /// The endpoint for a port of a selecting service; nil when the service
    /// can't be served at this kind of address.
    func endpoint(for port: ServicePort, resolution: Service.Resolution) -> ServiceEndpoint? {
        let isLiteral = IPAddress.isAddress(address) || isUnixSocket
        switch resolution {
        case .endpoints where !isLiteral: return nil
        case .dynamicDNS, .alias: return nil
        default: return endpoint(for: port, origin: reference, speaksTLS: speaksMeshTLS)
        }
    }

    func inlineEndpoint(for port: ServicePort, origin: ObjectReference) -> ServiceEndpoint {
        endpoint(for: port, origin: origin, speaksTLS: speaksMeshTLS)
    }

    private var isUnixSocket: Bool { address.hasPrefix("unix://") }

    private var speaksMeshTLS: Bool {
        // A pod speaks mutual TLS only when it says so: nothing injects a
        // sidecar by itself.
        isPod
            ? labels[ServiceEndpoint.tlsModeLabel] == "istio"
            : ServiceEndpoint.speaksMeshTLS(labels: labels, serviceAccount: serviceAccount)
    }

    private func endpoint(for port: ServicePort, origin: ObjectReference, speaksTLS: Bool) -> ServiceEndpoint {
        ServiceEndpoint(
            address: isUnixSocket ? String(address.dropFirst(7)) : address, port: number(for: port),
            isUnixSocket: isUnixSocket, portName: port.name, labels: labels, locality: locality,
            network: network, weight: weight, speaksMeshTLS: speaksTLS, identity: identity,
            workloadName: name, namespace: namespace, origin: origin)
    }

    private func number(for port: ServicePort) -> Int {
        if isUnixSocket { return 0 }
        if let own = ports[port.name] { return own }
        if let named = port.targetPortName, let number = containerPorts[named] { return number }
        return port.targetPort > 0 ? port.targetPort : port.number
    }
}
