public import EnvoyAPI
internal import SwiftProtobuf

/// A decoded resource of one of the types that a proxy discovers.
public enum DiscoveredResource: Sendable {
    /// CDS.
    case cluster(Envoy_Config_Cluster_V3_Cluster)
    /// EDS.
    case endpoints(Envoy_Config_Endpoint_V3_ClusterLoadAssignment)
    /// LDS.
    case listener(Envoy_Config_Listener_V3_Listener)
    /// RDS.
    case route(Envoy_Config_Route_V3_RouteConfiguration)
    /// SDS.
    case secret(Envoy_Extensions_TransportSockets_Tls_V3_Secret)
    /// ECDS.
    case extensionConfig(Envoy_Config_Core_V3_TypedExtensionConfig)
    /// NDS.
    case nameTable(Istio_Networking_Nds_V1_NameTable)

    /// The types there are, in the order in which they are asked for.
    public static let types: [EnvoyTypeURL] = [
        .cluster, .clusterLoadAssignment, .listener, .routeConfiguration, .secret, .extensionConfig, .nameTable,
    ]

    /// Why a resource can't be decoded.
    struct Fault: Error {
        var reason: String
    }

    /// Decodes the resource in `item`, which must be of `type` and of the name
    /// that it was sent under.
    init(_ item: Delivery.Item, type: EnvoyTypeURL) throws(Fault) {
        guard let body = item.body else { throw Fault(reason: "no content") }
        guard EnvoyTypeURL(rawValue: body.typeURL).messageName == type.messageName else {
            throw Fault(reason: "is of type \(body.typeURL), not \(type)")
        }
        do {
            switch type {
            case .cluster: self = .cluster(try body.unpack())
            case .clusterLoadAssignment: self = .endpoints(try body.unpack())
            case .listener: self = .listener(try body.unpack())
            case .routeConfiguration: self = .route(try body.unpack())
            case .secret: self = .secret(try body.unpack())
            case .extensionConfig: self = .extensionConfig(try body.unpack())
            case .nameTable: self = .nameTable(try body.unpack())
            default: throw Fault(reason: "type \(type) was never asked for")
            }
        } catch let fault as Fault {
            throw fault
        } catch {
            throw Fault(reason: "can't be decoded as \(type.messageName)")
        }
        if type != .nameTable, !item.name.isEmpty, item.name != ownName {
            throw Fault(reason: "was sent under this name and calls itself \(ownName)")
        }
    }

    /// The name that the resource gives itself.
    public var ownName: String {
        switch self {
        case .cluster(let cluster): cluster.name
        case .endpoints(let endpoints): endpoints.clusterName
        case .listener(let listener): listener.name
        case .route(let route): route.name
        case .secret(let secret): secret.name
        case .extensionConfig(let config): config.name
        case .nameTable: ""
        }
    }
}

extension ResourceSet {
    /// Adds a resource.
    mutating func add(_ resource: DiscoveredResource) {
        switch resource {
        case .cluster(let cluster): clusters.append(cluster)
        case .endpoints(let assignment): endpoints.append(assignment)
        case .listener(let listener): listeners.append(listener)
        case .route(let route): routes.append(route)
        case .secret(let secret): secrets.append(secret)
        case .extensionConfig(let config): extensionConfigs.append(config)
        case .nameTable(let table): nameTable = table
        }
    }
}
