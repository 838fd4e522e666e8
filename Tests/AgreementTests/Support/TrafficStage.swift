import EnvoyAPI
import PetrelTestKit
import SwiftProtobuf

/// The resources of a golden, changed so that its traffic stays on this
/// machine: every listener has a free port, every cluster one origin that
/// says which cluster it is.
struct StagedResources: Sendable {
    let resources: ResourceSet
    /// The clusters that a route divides its requests among.
    let divided: [Set<String>]
    private let origins: [TCPOrigin]

    /// - Parameter behaviours: what clusters do that don't just tell what they saw.
    init(_ source: ResourceSet, behaviours: [String: TCPOrigin.Behaviour] = [:]) async throws {
        var resources = source
        var origins: [TCPOrigin] = []
        let assignments = Dictionary(source.endpoints.map { ($0.clusterName, $0) }, uniquingKeysWith: { first, _ in first })
        resources.clusters = []
        for cluster in source.clusters {
            var staged = Envoy_Config_Cluster_V3_Cluster()
            staged.name = cluster.name
            staged.connectTimeout.seconds = 5
            staged.type = .static
            staged.loadAssignment.clusterName = cluster.name
            if Self.hasEndpoints(cluster, assignments[cluster.name]) {
                let origin =
                    if let behaviour = behaviours[cluster.name] {
                        try await TCPOrigin.start(behaviour: behaviour)
                    } else {
                        try await TrafficOrigin.start(cluster.name)
                    }
                origins.append(origin)
                var endpoint = Envoy_Config_Endpoint_V3_LbEndpoint()
                endpoint.endpoint.address.socketAddress.address = "127.0.0.1"
                endpoint.endpoint.address.socketAddress.portValue = UInt32(origin.port)
                var group = Envoy_Config_Endpoint_V3_LocalityLbEndpoints()
                group.lbEndpoints = [endpoint]
                staged.loadAssignment.endpoints = [group]
            }
            resources.clusters.append(staged)
        }
        resources.endpoints = []
        resources.listeners = source.listeners.map { listener in
            var listener = listener
            listener.address.socketAddress.address = "127.0.0.1"
            listener.address.socketAddress.portValue = 0
            listener.additionalAddresses = []
            listener.clearBindToPort()
            listener.clearUseOriginalDst()
            listener.listenerFilters.removeAll { $0.name == "envoy.filters.listener.proxy_protocol" }
            return listener
        }
        self.resources = resources
        self.origins = origins
        divided = source.routes.flatMap(\.virtualHosts).flatMap(\.routes)
            .map { Set($0.route.weightedClusters.clusters.map(\.name)) }.filter { !$0.isEmpty }
            + Self.dividedConnections(source)
    }

    private static func dividedConnections(_ source: ResourceSet) -> [Set<String>] {
        source.listeners.flatMap { $0.filterChains + [$0.defaultFilterChain] }.flatMap(\.filters).compactMap { filter in
            let proxy = try? Envoy_Extensions_Filters_Network_TcpProxy_V3_TcpProxy(unpackingAny: filter.typedConfig)
            let names = proxy?.weightedClusters.clusters.map(\.name) ?? []
            return names.isEmpty ? nil : Set(names)
        }
    }

    private static func hasEndpoints(
        _ cluster: Envoy_Config_Cluster_V3_Cluster, _ assignment: Envoy_Config_Endpoint_V3_ClusterLoadAssignment?
    ) -> Bool {
        switch cluster.type {
        case .eds: assignment?.endpoints.contains { !$0.lbEndpoints.isEmpty } ?? false
        case .static where cluster.clusterType.name.isEmpty: !cluster.loadAssignment.endpoints.isEmpty
        default: true
        }
    }

    /// Clusters that a request may have gone to when another one was named.
    func alternatives(to cluster: String) -> Set<String> {
        divided.first { $0.contains(cluster) } ?? [cluster]
    }
}

/// A server that tells everybody which cluster it stands for, and what came.
enum TrafficOrigin {
    static func start(_ cluster: String) async throws -> TCPOrigin {
        try await TCPOrigin.start { stream in
            let bytes = try await stream.receive { bytes in
                guard let first = bytes.first else { return false }
                let isText = (65...90).contains(first)
                return !isText || bytes.suffix(4) == [13, 10, 13, 10] || bytes.count > 16_384
            }
            try await stream.send(answer(cluster, String(decoding: bytes, as: UTF8.self)))
            try await stream.finish()
        }
    }

    private static func answer(_ cluster: String, _ text: String) -> String {
        let lines = text.split(separator: "\r\n").map(String.init)
        let words = lines.first?.split(separator: " ").map(String.init) ?? []
        guard words.count == 3, words[2].hasPrefix("HTTP/1") else { return "cluster \(cluster)\n" }
        let host = lines.first { $0.lowercased().hasPrefix("host:") }?.dropFirst(5).drop { $0 == " " } ?? ""
        return "HTTP/1.1 200 OK\r\nx-seen-cluster: \(cluster)\r\nx-seen-path: \(words[1])\r\nx-seen-host: \(host)\r\n"
            + "content-length: 0\r\nconnection: close\r\n\r\n"
    }
}
