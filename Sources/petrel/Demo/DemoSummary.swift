internal import EnvoyAPI

/// Envoy resources in a line or two, for people.
enum DemoSummary {
    static func route(_ route: Envoy_Config_Route_V3_Route) -> String {
        let action = route.route
        var parts = ["  route to \(action.cluster)"]
        if !action.hostRewriteLiteral.isEmpty { parts.append("authority \(action.hostRewriteLiteral)") }
        if !action.prefixRewrite.isEmpty { parts.append("path \(action.prefixRewrite)") }
        return parts.joined(separator: ", ")
    }

    static func cluster(_ cluster: Envoy_Config_Cluster_V3_Cluster) -> String {
        let endpoints = cluster.loadAssignment.endpoints.flatMap(\.lbEndpoints).map {
            "\($0.endpoint.address.socketAddress.address):\($0.endpoint.address.socketAddress.portValue)"
        }
        let tls = cluster.hasTransportSocket ? "TLS originated, chain and name verified" : "plain text"
        let kind = cluster.clusterType.name.isEmpty ? "type \(cluster.type)" : cluster.clusterType.name
        return "cluster \(cluster.name), \(kind), endpoints \(endpoints.joined(separator: " ")), \(tls)"
    }
}
