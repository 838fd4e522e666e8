internal import EnvoyAPI
internal import MeshAPI
internal import ServiceRegistry
internal import SwiftProtobuf

/// How a proxy resolves the names of upstream hosts; the same for all of its
/// clusters, so it is encoded once.
///
/// Istio writes this as the cluster types `STRICT_DNS` and `LOGICAL_DNS` with
/// fields that Envoy has deprecated; this is the form that took their place,
/// with the same meaning.
struct NameResolutionPlan {
    enum Mode: Hashable {
        /// Every address is a host of its own (`STRICT_DNS`).
        case allAddresses
        /// One address at a time (`LOGICAL_DNS`).
        case firstAddress
    }

    static let clusterTypeName = "envoy.clusters.dns"

    private let all: EnvoyCluster.CustomClusterType
    private let first: EnvoyCluster.CustomClusterType

    init(mesh: MeshConfig, proxy: ProxyIdentity) {
        var config = Envoy_Extensions_Clusters_Dns_V3_DnsCluster()
        config.dnsRefreshRate = .init(mesh.dnsRefreshRate ?? .seconds(60))
        config.dnsJitter = .init(seconds: 0, nanos: 100_000_000)
        config.respectDnsTtl = true
        config.typedDnsResolverConfig = Self.resolver
        switch DynamicDNS.lookupFamily(proxy) {
        case .all: config.dnsLookupFamily = .all
        case .v6Only: config.dnsLookupFamily = .v6Only
        default: config.dnsLookupFamily = .v4Only
        }
        all = Self.wrap(config)
        config.allAddressesInSingleEndpoint = true
        first = Self.wrap(config)
    }

    func clusterType(_ mode: Mode) -> EnvoyCluster.CustomClusterType {
        mode == .allAddresses ? all : first
    }

    static func wrap(_ config: Envoy_Extensions_Clusters_Dns_V3_DnsCluster) -> EnvoyCluster.CustomClusterType {
        var type = EnvoyCluster.CustomClusterType()
        type.name = clusterTypeName
        type.typedConfig = config.packed
        return type
    }

    private static let resolver: Envoy_Config_Core_V3_TypedExtensionConfig = {
        var cares = Envoy_Extensions_Network_DnsResolver_Cares_V3_CaresDnsResolverConfig()
        cares.udpMaxQueries = .init(100)
        var config = Envoy_Config_Core_V3_TypedExtensionConfig()
        config.name = "envoy.network.dns_resolver.cares"
        config.typedConfig = cares.packed
        return config
    }()
}
