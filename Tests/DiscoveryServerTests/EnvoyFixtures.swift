import EnvoyAPI
import SwiftProtobuf

typealias Cluster = Envoy_Config_Cluster_V3_Cluster
typealias HTTPManager =
    Envoy_Extensions_Filters_Network_HttpConnectionManager_V3_HttpConnectionManager
typealias Router = Envoy_Extensions_Filters_Http_Router_V3_Router
typealias UpstreamTLS = Envoy_Extensions_TransportSockets_Tls_V3_UpstreamTlsContext
typealias HTTPOptions = Envoy_Extensions_Upstreams_Http_V3_HttpProtocolOptions

/// What a real Envoy is given in tests.
enum EnvoyFixtures {
    static let node = "sidecar~127.0.0.1~app.default~default.svc.cluster.local"

    static func grpc(_ cluster: String) -> Envoy_Config_Core_V3_ConfigSource {
        .with {
            $0.resourceApiVersion = .v3
            $0.initialFetchTimeout = .init()
            $0.apiConfigSource = .with {
                $0.apiType = .grpc
                $0.transportApiVersion = .v3
                $0.grpcServices = [.with { $0.envoyGrpc.clusterName = cluster }]
            }
        }
    }

    /// A bootstrap that takes everything from the given port of loopback.
    static func bootstrap(port: Int, isDelta: Bool) -> Envoy_Config_Bootstrap_V3_Bootstrap {
        .with { bootstrap in
            bootstrap.node = .with {
                $0.id = node
                $0.cluster = "app.default"
            }
            bootstrap.dynamicResources = .with {
                $0.adsConfig = .with {
                    $0.apiType = isDelta ? .deltaGrpc : .grpc
                    $0.transportApiVersion = .v3
                    $0.setNodeOnFirstMessageOnly = true
                    $0.grpcServices = [.with { $0.envoyGrpc.clusterName = "xds-grpc" }]
                }
                $0.cdsConfig = .aggregated
                $0.ldsConfig = .aggregated
            }
            bootstrap.staticResources.clusters = ["xds-grpc", "sds-grpc"].map { name in
                .with { cluster in
                    cluster.name = name
                    cluster.type = .static
                    cluster.connectTimeout = .init(seconds: 5)
                    cluster.loadAssignment = assignment(name, port: port)
                    cluster.typedExtensionProtocolOptions = [
                        "envoy.extensions.upstreams.http.v3.HttpProtocolOptions":
                            Google_Protobuf_Any(
                                packing: HTTPOptions.with {
                                    $0.explicitHTTPConfig.http2ProtocolOptions = .init()
                                })
                    ]
                }
            }
        }
    }

    static func assignment(
        _ name: String, port: Int
    ) -> Envoy_Config_Endpoint_V3_ClusterLoadAssignment {
        .with {
            $0.clusterName = name
            $0.endpoints = [
                .with {
                    $0.lbEndpoints = [
                        .with {
                            $0.endpoint.address = .socket(host: "127.0.0.1", port: UInt32(port))
                        }
                    ]
                }
            ]
        }
    }

    /// A listener with discovered routes, a cluster with discovered endpoints,
    /// one with a discovered secret.
    static func set(
        endpoint port: Int, connectTimeout: Int64 = 5, version: String = "one",
        timeout filterTimeout: Int64? = nil
    ) -> ResourceSet {
        ResourceSet(
            listeners: [listener(name: "outbound", routes: "80")],
            clusters: [
                .with {
                    $0.name = "app"
                    $0.type = .eds
                    $0.edsClusterConfig.edsConfig = .aggregated
                    $0.connectTimeout = .init(seconds: connectTimeout)
                },
                .with {
                    $0.name = "secure"
                    $0.type = .static
                    $0.connectTimeout = .init(seconds: 5)
                    $0.loadAssignment = assignment("secure", port: port)
                    $0.transportSocket = .with {
                        $0.name = "envoy.transport_sockets.tls"
                        $0.typedConfig = Google_Protobuf_Any(packing: UpstreamTLS.with {
                            $0.sni = "app.example"
                            $0.commonTlsContext.validationContextSdsSecretConfig = .with {
                                $0.name = "roots"
                                $0.sdsConfig = grpc("sds-grpc")
                            }
                        })
                    }
                },
            ],
            routes: [
                .with {
                    $0.name = "80"
                    $0.virtualHosts = [
                        .with {
                            $0.name = "all"
                            $0.domains = ["*"]
                            $0.routes = [
                                .with {
                                    $0.match.path = "/version"
                                    $0.directResponse = .with {
                                        $0.status = 200
                                        $0.body.inlineString = version
                                    }
                                },
                                .with {
                                    $0.match.prefix = "/"
                                    $0.route.cluster = "app"
                                },
                            ]
                        }
                    ]
                }
            ],
            endpoints: [assignment("app", port: port)],
            secrets: [
                .with {
                    $0.name = "roots"
                    $0.validationContext.trustedCa.filename = "/etc/ssl/certs/ca-certificates.crt"
                }
            ])
    }

    static func listener(
        name: String, routes: String, filter: String = "envoy.filters.http.router"
    ) -> Envoy_Config_Listener_V3_Listener {
        .with { listener in
            listener.name = name
            listener.address = .socket(host: "127.0.0.1", port: 0)
            let manager = HTTPManager.with {
                $0.statPrefix = name
                $0.rds = .with {
                    $0.routeConfigName = routes
                    $0.configSource = .aggregated
                }
                $0.httpFilters = [
                    .with {
                        $0.name = filter
                        $0.typedConfig = Google_Protobuf_Any(packing: Router())
                    }
                ]
            }
            listener.filterChains = [
                .with {
                    $0.filters = [
                        .with {
                            $0.name = "envoy.filters.network.http_connection_manager"
                            $0.typedConfig = Google_Protobuf_Any(packing: manager)
                        }
                    ]
                }
            ]
        }
    }
}
