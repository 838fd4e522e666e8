public import EnvoyAPI
internal import SwiftProtobuf

/// The proxy's side of incremental xDS: a state machine without I/O that holds
/// what it was sent and asks for what that refers to.
public struct DeltaClient: Sendable {
    /// What it says to the server.
    public typealias Request = Envoy_Service_Discovery_V3_DeltaDiscoveryRequest
    /// What it is told.
    public typealias Response = Envoy_Service_Discovery_V3_DeltaDiscoveryResponse

    private let node: Envoy_Config_Core_V3_Node
    private var clusters: [String: Envoy_Config_Cluster_V3_Cluster] = [:]
    private var listeners: [String: Envoy_Config_Listener_V3_Listener] = [:]
    private var endpoints: [String: Envoy_Config_Endpoint_V3_ClusterLoadAssignment] = [:]
    private var routes: [String: Envoy_Config_Route_V3_RouteConfiguration] = [:]
    private var secrets: [String: Envoy_Extensions_TransportSockets_Tls_V3_Secret] = [:]
    private var nameTable = Istio_Networking_Nds_V1_NameTable()
    private var subscribed: [EnvoyTypeURL: Set<String>] = [:]
    private var answered: [EnvoyTypeURL: Set<String>] = [:]
    private var versions: [EnvoyTypeURL: [String: String]] = [:]
    private var wildcardsAnswered: Set<EnvoyTypeURL> = []

    private static let wildcards: [EnvoyTypeURL] = [.cluster, .listener, .nameTable]

    /// A client that knows nothing.
    public init(node: Envoy_Config_Core_V3_Node) {
        self.node = node
    }

    /// The first requests of a stream. On a later stream they tell the server
    /// what is here already.
    public mutating func start() -> [Request] {
        var requests = Self.wildcards.map { request($0, subscribing: []) }
        for (type, names) in subscribed.sorted(by: { $0.key < $1.key }) where !names.isEmpty {
            requests.append(request(type, subscribing: names.sorted()))
        }
        for index in requests.indices {
            requests[index].initialResourceVersions =
                versions[EnvoyTypeURL(rawValue: requests[index].typeURL)] ?? [:]
        }
        if !requests.isEmpty { requests[0].node = node }
        return requests
    }

    /// Takes a response in. Gives the subscriptions that follow from it; the
    /// answer to the response itself is left to the caller, by `accept` or
    /// `refuse`. Throws if a resource can't be decoded; then nothing changes.
    public mutating func receive(_ response: Response) throws -> [Request] {
        let type = EnvoyTypeURL(rawValue: response.typeURL)
        let before = self
        do {
            for resource in response.resources { try store(resource, type: type) }
        } catch {
            self = before
            throw error
        }
        for name in response.removedResources { remove(name, type: type) }
        wildcardsAnswered.insert(type)
        answered[type, default: []].formUnion(response.resources.map(\.name))
        answered[type, default: []].formUnion(response.removedResources)
        switch type {
        case .cluster:
            return follow(.clusterLoadAssignment, endpointNames) + follow(.secret, secretNames)
        case .listener:
            return follow(.routeConfiguration, routeNames) + follow(.secret, secretNames)
        default:
            return []
        }
    }

    /// The ACK of a response.
    public func accept(_ response: Response) -> Request {
        .with {
            $0.typeURL = response.typeURL
            $0.responseNonce = response.nonce
        }
    }

    /// The NACK of a response.
    public func refuse(_ response: Response, because reason: String) -> Request {
        .with {
            $0.typeURL = response.typeURL
            $0.responseNonce = response.nonce
            $0.errorDetail.code = 3  // INVALID_ARGUMENT, which Envoy sends, too.
            $0.errorDetail.message = reason
        }
    }

    /// Whether everything that was asked for has been answered.
    public var isComplete: Bool {
        wildcardsAnswered.isSuperset(of: Self.wildcards)
            && subscribed.allSatisfy { type, names in
                names.isSubset(of: answered[type] ?? [])
            }
    }

    /// What it holds, sorted by name.
    public var resources: ResourceSet {
        ResourceSet(
            listeners: listeners.values.sorted { $0.name < $1.name },
            clusters: clusters.values.sorted { $0.name < $1.name },
            routes: routes.values.sorted { $0.name < $1.name },
            endpoints: endpoints.values.sorted { $0.clusterName < $1.clusterName },
            secrets: secrets.values.sorted { $0.name < $1.name },
            nameTable: nameTable)
    }

    private var endpointNames: Set<String> {
        Set(clusters.values.compactMap(\.discoveredEndpointsName))
    }

    private var routeNames: Set<String> {
        listeners.values.reduce(into: []) { $0.formUnion($1.discoveredRouteNames) }
    }

    private var secretNames: Set<String> {
        var names: Set<String> = []
        for cluster in clusters.values { names.formUnion(cluster.discoveredSecretNames) }
        for listener in listeners.values { names.formUnion(listener.discoveredSecretNames) }
        return names
    }

    private mutating func follow(_ type: EnvoyTypeURL, _ wanted: Set<String>) -> [Request] {
        let had = subscribed[type] ?? []
        guard wanted != had else { return [] }
        subscribed[type] = wanted
        var request = request(type, subscribing: wanted.subtracting(had).sorted())
        request.resourceNamesUnsubscribe = had.subtracting(wanted).sorted()
        for name in request.resourceNamesUnsubscribe { remove(name, type: type) }
        answered[type]?.formIntersection(wanted)
        return [request]
    }

    private func request(_ type: EnvoyTypeURL, subscribing names: [String]) -> Request {
        .with {
            $0.typeURL = type.rawValue
            $0.resourceNamesSubscribe = names
        }
    }

    private mutating func store(
        _ resource: Envoy_Service_Discovery_V3_Resource, type: EnvoyTypeURL
    ) throws {
        let name = resource.name
        // It was on its way while this side lost interest in it.
        guard Self.wildcards.contains(type) || subscribed[type]?.contains(name) == true else {
            return
        }
        switch type {
        case .cluster: clusters[name] = try resource.resource.unpack()
        case .listener: listeners[name] = try resource.resource.unpack()
        case .clusterLoadAssignment: endpoints[name] = try resource.resource.unpack()
        case .routeConfiguration: routes[name] = try resource.resource.unpack()
        case .secret: secrets[name] = try resource.resource.unpack()
        case .nameTable: nameTable = try resource.resource.unpack()
        default: return
        }
        versions[type, default: [:]][name] = resource.version
    }

    private mutating func remove(_ name: String, type: EnvoyTypeURL) {
        switch type {
        case .cluster: clusters[name] = nil
        case .listener: listeners[name] = nil
        case .clusterLoadAssignment: endpoints[name] = nil
        case .routeConfiguration: routes[name] = nil
        case .secret: secrets[name] = nil
        case .nameTable: nameTable = Istio_Networking_Nds_V1_NameTable()
        default: return
        }
        versions[type]?[name] = nil
    }
}
