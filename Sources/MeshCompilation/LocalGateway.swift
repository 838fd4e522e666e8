public import MeshAPI

/// A gateway that this machine runs itself: the workload behind Kubernetes Services
/// whose pods a `Gateway` object selects, and which no object gives endpoints.
///
/// On a cluster those pods exist; here nobody else would serve the Gateway.
public struct LocalGateway: Sendable, Hashable {
    /// A Service in front of the gateway.
    public struct Service: Sendable, Hashable {
        public let reference: ObjectReference
        public let ports: [Port]
    }

    /// A port of a Service.
    public struct Port: Sendable, Hashable {
        public let name: String
        /// What clients dial.
        public let number: Int
        /// Where pods would listen: `targetPort`, or the number itself.
        public let target: Int
    }

    /// Says where a gateway listens for a port of a Service.
    public typealias PortChoice = @Sendable (_ service: ObjectReference, _ port: Port) -> Int

    /// The address of every local gateway: loopback, and no address that a program
    /// or a stand-in would choose for itself.
    public static let address = "127.0.0.7"

    /// Namespace of the Services.
    public let namespace: String
    /// Labels of the pods that the Services select.
    public let labels: [String: String]
    /// The Services in order of their names; at least one.
    public let services: [Service]

    /// Name of the workload: its first Service's.
    public var name: String { services[0].reference.name }
    /// `NAME-service-account`, as Istio's installations call it.
    public var serviceAccount: String { "\(name)-service-account" }
    /// `namespace/name`, for people.
    public var text: String { "\(namespace)/\(name)" }

    /// The endpoints that the Services have here.
    func endpointSlices(_ listens: PortChoice) -> [MeshObject] {
        services.map { service in
            var slice = EndpointSlice()
            slice.addressType = "IPv4"
            var endpoint = EndpointSlice.Endpoint()
            endpoint.addresses = [Self.address]
            slice.endpoints = [endpoint]
            slice.ports = service.ports.map { port in
                var entry = EndpointSlice.Port()
                entry.name = port.name
                entry.port = UInt32(listens(service.reference, port))
                return entry
            }
            return MeshObject(
                .endpointSlice(slice),
                metadata: ObjectMeta(
                    name: "\(service.reference.name)-local", namespace: namespace,
                    labels: ["kubernetes.io/service-name": service.reference.name]))
        }
    }
}
