internal import EnvoyAPI
internal import ServiceRegistry
internal import SwiftProtobuf

/// Resolution of the name in each request (`DYNAMIC_DNS`): the cluster, the
/// HTTP filter and the network filter must name the same cache alike.
enum DynamicDNS {
    static let fallbackHost = "allow_any"

    static func cache(host: String, proxy: ProxyIdentity) -> Envoy_Extensions_Common_DynamicForwardProxy_V3_DnsCacheConfig {
        var cache = Envoy_Extensions_Common_DynamicForwardProxy_V3_DnsCacheConfig()
        cache.name = host + "_dfp_dns_cache"
        cache.dnsLookupFamily = lookupFamily(proxy)
        return cache
    }

    /// Envoy wants names sent and verified wherever such a cluster has HTTP
    /// options, unless told that this is meant to be otherwise.
    static func clusterType(
        host: String, proxy: ProxyIdentity, _ http: inout UpstreamHTTPOptions
    ) -> EnvoyCluster.CustomClusterType {
        var config = Envoy_Extensions_Clusters_DynamicForwardProxy_V3_ClusterConfig()
        config.dnsCacheConfig = cache(host: host, proxy: proxy)
        if let upstream = http.upstream {
            config.allowInsecureClusterOptions = !(upstream.autoSni && upstream.autoSanValidation)
        } else if http.version != nil || http.common != nil {
            http.upstream = UpstreamHTTPOptions.verifiedName
        }
        var type = EnvoyCluster.CustomClusterType()
        type.name = "envoy.clusters.dynamic_forward_proxy"
        type.typedConfig = config.packed
        return type
    }

    static func lookupFamily(_ proxy: ProxyIdentity) -> EnvoyCluster.DnsLookupFamily {
        switch (proxy.supportsIPv4, proxy.supportsIPv6) {
        case (true, true): .all
        case (false, true): .v6Only
        default: .v4Only
        }
    }
}
