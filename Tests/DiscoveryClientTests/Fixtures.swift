import EnvoyAPI
import SwiftProtobuf

@testable import DiscoveryClient

typealias Manager = Envoy_Extensions_Filters_Network_HttpConnectionManager_V3_HttpConnectionManager
typealias UpstreamTLS = Envoy_Extensions_TransportSockets_Tls_V3_UpstreamTlsContext

/// Resources by what matters of them.
enum Fixtures {
    static func fixedCluster(_ name: String, timeout: Int64 = 1) -> Envoy_Config_Cluster_V3_Cluster {
        .with {
            $0.name = name
            $0.type = .static
            $0.connectTimeout = .init(seconds: timeout)
        }
    }

    static func discoveredCluster(
        _ name: String, timeout: Int64 = 1, patience: Int64? = nil, secret: String? = nil
    ) -> Envoy_Config_Cluster_V3_Cluster {
        .with {
            $0.name = name
            $0.type = .eds
            $0.connectTimeout = .init(seconds: timeout)
            $0.edsClusterConfig.edsConfig = source(patience)
            if let secret {
                $0.transportSocket.name = "envoy.transport_sockets.tls"
                $0.transportSocket.typedConfig = Google_Protobuf_Any(
                    packing: UpstreamTLS.with {
                        $0.commonTlsContext.validationContextSdsSecretConfig = .with {
                            $0.name = secret
                            $0.sdsConfig = source(patience)
                        }
                    })
            }
        }
    }

    /// Waits for ever, or as many seconds as said.
    static func source(_ patience: Int64?) -> Envoy_Config_Core_V3_ConfigSource {
        .with {
            $0.ads = .init()
            $0.initialFetchTimeout = .init(seconds: patience ?? 0)
        }
    }

    static func endpoints(_ name: String, port: UInt32 = 80) -> Envoy_Config_Endpoint_V3_ClusterLoadAssignment {
        .with {
            $0.clusterName = name
            $0.endpoints = [.with { $0.lbEndpoints = [.with { $0.endpoint.address = .socket(host: "127.0.0.1", port: port) }] }]
        }
    }

    static func listener(_ name: String, routes: String, filter: String? = nil) -> Envoy_Config_Listener_V3_Listener {
        .with {
            $0.name = name
            let manager = Manager.with {
                $0.rds.routeConfigName = routes
                $0.rds.configSource = source(nil)
                if let filter {
                    $0.httpFilters = [.with {
                        $0.name = filter
                        $0.configDiscovery.configSource = source(nil)
                    }]
                }
            }
            $0.filterChains = [.with { $0.filters = [.with { $0.typedConfig = Google_Protobuf_Any(packing: manager) }] }]
        }
    }

    static func route(_ name: String, host: String = "*") -> Envoy_Config_Route_V3_RouteConfiguration {
        .with {
            $0.name = name
            $0.virtualHosts = [.with {
                $0.name = "host"
                $0.domains = [host]
            }]
        }
    }

    static func delivery<M: Message>(
        _ type: EnvoyTypeURL, _ messages: [(name: String, message: M)], nonce: String = "1", version: String = "v1",
        removed: [String] = [], isEverything: Bool = false
    ) -> Delivery {
        var response = Envoy_Service_Discovery_V3_DeltaDiscoveryResponse()
        response.typeURL = type.rawValue
        response.nonce = nonce
        response.systemVersionInfo = version
        response.removedResources = removed
        response.resources = messages.map { item in
            .with {
                $0.name = item.name
                $0.version = version
                $0.resource = Google_Protobuf_Any(packing: item.message)
            }
        }
        var delivery = Delivery(response)
        delivery.isEverything = isEverything
        return delivery
    }

    static func clusters(_ clusters: Envoy_Config_Cluster_V3_Cluster..., nonce: String = "1", version: String = "v1", removed: [String] = []) -> Delivery {
        delivery(.cluster, clusters.map { ($0.name, $0) }, nonce: nonce, version: version, removed: removed)
    }

    static func listeners(_ listeners: Envoy_Config_Listener_V3_Listener..., nonce: String = "1", version: String = "v1") -> Delivery {
        delivery(.listener, listeners.map { ($0.name, $0) }, nonce: nonce, version: version)
    }
}

extension ClientSession {
    /// A session of a proxy called `p`, on an open stream.
    static func open(_ variant: DiscoveryVariant = .delta, wildcards: [EnvoyTypeURL] = [.cluster, .listener]) -> ClientSession {
        var configuration = Configuration()
        configuration.variant = variant
        configuration.node.id = "p"
        configuration.wildcards = wildcards
        var session = ClientSession(configuration)
        _ = session.connected(at: 0)
        return session
    }

    /// A response that the data plane takes completely, but for `refused`.
    mutating func take(_ delivery: Delivery, at now: UInt64 = 0, refusing refused: [ResourceName: String] = [:]) -> (Intake, Settlement) {
        let intake = receive(delivery, at: now)
        return (intake, settle(refused))
    }
}
