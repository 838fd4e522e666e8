/// The type URL of a resource that is discovered over xDS, for example
/// `type.googleapis.com/envoy.config.cluster.v3.Cluster`.
///
/// Type URLs compare in the order in which a control plane sends them: what is
/// referred to comes before what refers to it, so that a proxy never routes to
/// a cluster that it doesn't know. Types without a place in that order come
/// last, by name.
public struct EnvoyTypeURL: RawRepresentable, Hashable, Sendable {
    /// The whole URL.
    public let rawValue: String

    /// Takes the URL as it is, with its `type.googleapis.com/` prefix.
    public init(rawValue: String) {
        self.rawValue = rawValue
    }

    /// The URL of a message, by its full protobuf name.
    public init(messageName: String) {
        self.rawValue = Self.prefix + messageName
    }

    /// What stands before the message name.
    public static let prefix = "type.googleapis.com/"

    /// Upstream clusters (CDS).
    public static let cluster = EnvoyTypeURL(messageName: "envoy.config.cluster.v3.Cluster")
    /// The endpoints of one cluster (EDS).
    public static let clusterLoadAssignment = EnvoyTypeURL(
        messageName: "envoy.config.endpoint.v3.ClusterLoadAssignment")
    /// Listeners (LDS).
    public static let listener = EnvoyTypeURL(messageName: "envoy.config.listener.v3.Listener")
    /// Route configurations (RDS).
    public static let routeConfiguration = EnvoyTypeURL(
        messageName: "envoy.config.route.v3.RouteConfiguration")
    /// Single virtual hosts (VHDS).
    public static let virtualHost = EnvoyTypeURL(messageName: "envoy.config.route.v3.VirtualHost")
    /// Certificates, keys and trusted roots (SDS).
    public static let secret = EnvoyTypeURL(
        messageName: "envoy.extensions.transport_sockets.tls.v3.Secret")
    /// Single filter configurations (ECDS).
    public static let extensionConfig = EnvoyTypeURL(
        messageName: "envoy.config.core.v3.TypedExtensionConfig")
    /// The names that the DNS proxy answers (NDS).
    public static let nameTable = EnvoyTypeURL(messageName: "istio.networking.nds.v1.NameTable")

    /// The types that a control plane pushes, in the order of pushing.
    public static let pushOrder: [EnvoyTypeURL] = [
        .cluster, .clusterLoadAssignment, .listener, .routeConfiguration, .virtualHost,
        .secret, .extensionConfig, .nameTable,
    ]

    /// The full protobuf name of the message.
    public var messageName: String {
        guard let slash = rawValue.lastIndex(of: "/") else { return rawValue }
        return String(rawValue[rawValue.index(after: slash)...])
    }

    /// The last word of the message name: `Cluster`, `Listener`.
    public var shortName: String {
        guard let dot = messageName.lastIndex(of: ".") else { return messageName }
        return String(messageName[messageName.index(after: dot)...])
    }

    /// Whether a request without resource names means every resource of the
    /// type. The other types are asked for by name.
    public var isWildcard: Bool {
        self == .cluster || self == .listener || self == .nameTable
    }

    private var position: Int {
        Self.pushOrder.firstIndex(of: self) ?? Self.pushOrder.count
    }
}

extension EnvoyTypeURL: Comparable {
    public static func < (left: EnvoyTypeURL, right: EnvoyTypeURL) -> Bool {
        let (leftPosition, rightPosition) = (left.position, right.position)
        if leftPosition != rightPosition { return leftPosition < rightPosition }
        return left.rawValue < right.rawValue
    }
}

extension EnvoyTypeURL: CustomStringConvertible {
    public var description: String { rawValue }
}

extension EnvoyTypeURL: ExpressibleByStringLiteral {
    public init(stringLiteral value: String) {
        self.init(rawValue: value)
    }
}
