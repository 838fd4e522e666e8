internal import EnvoyAPI
internal import MeshAPI
internal import ServiceRegistry
internal import SwiftProtobuf

/// Writes endpoints in groups by locality, with the priorities and weights
/// that locality load balancing gives them.
struct EndpointGroups {
    let context: ProxyContext

    /// Groups endpoints; those of one locality keep their order.
    func groups(
        _ endpoints: [ServiceEndpoint], setting: LocalityLoadBalancerSetting?, hasOutlierDetection: Bool
    ) -> [EnvoyLocalityEndpoints] {
        guard !endpoints.isEmpty else { return [] }
        var order: [String] = []
        var members: [String: [ServiceEndpoint]] = [:]
        for endpoint in endpoints {
            if members[endpoint.locality] == nil { order.append(endpoint.locality) }
            members[endpoint.locality, default: []].append(endpoint)
        }
        var groups = order.sorted().map { group($0, members[$0] ?? []) }
        if let setting {
            LocalityBalancing(setting: setting, proxy: context.proxy, hasOutlierDetection: hasOutlierDetection)
                .apply(to: &groups, members: members)
        }
        return groups
    }

    func group(_ locality: String, _ endpoints: [ServiceEndpoint]) -> EnvoyLocalityEndpoints {
        var group = EnvoyLocalityEndpoints()
        group.locality = Self.locality(locality)
        group.lbEndpoints = endpoints.map(endpoint)
        group.loadBalancingWeight = .init(endpoints.reduce(0) { $0 &+ $1.weight })
        return group
    }

    private func endpoint(_ endpoint: ServiceEndpoint) -> EnvoyEndpoint {
        var message = EnvoyEndpoint()
        message.endpoint.address = endpoint.isUnixSocket
            ? EnvoyAddress(pipe: endpoint.address) : EnvoyAddress(endpoint.address, port: endpoint.port)
        message.metadata = metadata(endpoint)
        message.loadBalancingWeight = .init(endpoint.weight)
        return message
    }

    private func metadata(_ endpoint: ServiceEndpoint) -> EnvoyMetadata {
        let canonical = endpoint.labels["service.istio.io/canonical-name"]
            ?? endpoint.labels["app.kubernetes.io/name"] ?? endpoint.labels["app"] ?? endpoint.workloadName
        let revision = endpoint.labels["service.istio.io/canonical-revision"]
            ?? endpoint.labels["app.kubernetes.io/version"] ?? endpoint.labels["version"] ?? ""
        let workload = [
            endpoint.workloadName, endpoint.namespace, canonical, revision, context.options.clusterID,
        ].joined(separator: ";")
        var metadata = EnvoyMetadata(istio: ["workload": .init(stringValue: workload)])
        if endpoint.speaksMeshTLS, context.snapshot.acceptsMutualTLS(endpoint) {
            metadata.filterMetadata["envoy.transport_socket_match"] =
                .init(fields: ["tlsMode": .init(stringValue: "istio")])
        }
        return metadata
    }

    static func locality(_ text: String) -> Envoy_Config_Core_V3_Locality {
        var locality = Envoy_Config_Core_V3_Locality()
        if text.isEmpty { return locality }
        let parts = text.split(separator: "/", maxSplits: 2, omittingEmptySubsequences: false).map(String.init)
        locality.region = parts[0]
        if parts.count > 1 { locality.zone = parts[1] }
        if parts.count > 2 { locality.subZone = parts[2] }
        return locality
    }
}
