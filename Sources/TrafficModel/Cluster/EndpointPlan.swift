/// One endpoint of a cluster, as configured.
public struct EndpointPlan: BitwiseCopyable, Sendable {
    /// What the configuration says about its health.
    public enum Health: UInt8, BitwiseCopyable, Sendable {
        case unknown, healthy, unhealthy, draining, timeout, degraded
    }

    /// Host name or address as written. With `address` nil it must be resolved.
    public var host = FlatText()
    /// The address, when `host` is one.
    public var address: IPAddress?
    /// The port.
    public var port: UInt16 = 0
    /// Path of a Unix domain socket, instead of host and port.
    public var unixPath = FlatText()
    /// Name used for `auto_host_rewrite` and `auto_sni_from_upstream`: the `hostname` field, or `host` of DNS clusters.
    public var hostname = FlatText()
    /// Weight among its locality. Default 1.
    public var weight: UInt32 = 1
    /// 0 is used first.
    public var priority: UInt32 = 0
    /// `region/zone/subzone`.
    public var locality = FlatText()
    /// Weight of the locality; 0 when none is set.
    public var localityWeight: UInt32 = 0
    /// What the configuration says about its health.
    public var health = Health.unknown
    /// Port that active checks go to; 0 for the endpoint's own.
    public var checkPort: UInt16 = 0
    /// Host that active checks name; empty for the check's own.
    public var checkHost = FlatText()
    /// Active checks leave it alone: it counts as healthy.
    public var isUnchecked = false
    /// What rings and tables hash instead of the address (metadata `envoy.lb`,
    /// `hash_key`); empty for the address.
    public var hashKey = FlatText()
    /// Labels for ``TransportMatch`` (metadata `envoy.transport_socket_match`).
    public var transportLabels = FlatArray<TransportLabel>()
}

/// One label of an endpoint, or one condition on it.
public struct TransportLabel: BitwiseCopyable, Sendable {
    /// Name.
    public var name = FlatText()
    /// Value.
    public var value = FlatText()
}

/// TLS settings used for endpoints with certain labels.
public struct TransportMatch: BitwiseCopyable, Sendable {
    /// Labels an endpoint must have; none matches every endpoint.
    public var labels = FlatArray<TransportLabel>()
    /// TLS: zero (plain) or one element.
    public var tls = FlatArray<TLSPlan>()
    /// PROXY protocol: 0 for none, 1 or 2.
    public var proxyProtocolVersion: UInt8 = 0
}

extension ClusterPlan {
    /// Index of the transport socket match that one endpoint falls under; nil
    /// when none applies and the cluster's own transport is used. An endpoint
    /// that isn't of the configuration (nil) has no labels.
    public func transportMatch(for endpoint: EndpointPlan?) -> Int? {
        let labels = endpoint?.transportLabels ?? FlatArray()
        return transportMatches.firstIndex { match in
            match.labels.allSatisfy { wanted in
                labels.contains { $0.name == wanted.name && $0.value == wanted.value }
            }
        }
    }

    /// TLS used with one endpoint: zero (plain) or one element.
    public func tlsPlan(for endpoint: EndpointPlan) -> FlatArray<TLSPlan> {
        transportMatch(for: endpoint).map { transportMatches[$0].tls } ?? tls
    }
}
