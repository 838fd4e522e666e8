import DataPlane
import DiscoveryClient
import DiscoveryServer
import EnvoyAPI
import ProxyRuntime
import SwiftProtobuf
import Synchronization
import Testing

/// A control plane in the test. It can go away and come back on its port.
actor TestControlPlane {
    let feed = ResourceFeed()
    let service: DiscoveryService
    private(set) var port = 0
    private var serving: Task<Void, any Error>?
    private let rejections: RejectionLog

    final class RejectionLog: Sendable {
        private let list = Mutex<[DiscoveryServer.Rejection]>([])
        var all: [DiscoveryServer.Rejection] { list.withLock { $0 } }
        func append(_ rejection: DiscoveryServer.Rejection) { list.withLock { $0.append(rejection) } }
    }

    init() {
        let rejections = RejectionLog()
        self.rejections = rejections
        service = DiscoveryService(source: feed) { rejection, _ in rejections.append(rejection) }
    }

    var rejected: [DiscoveryServer.Rejection] { rejections.all }

    func start() async throws {
        let endpoint = DiscoveryEndpoint(service: service, port: port)
        serving = Task { try await endpoint.run() }
        port = try await endpoint.boundPort
    }

    func stop() async {
        serving?.cancel()
        _ = await serving?.result
    }

    nonisolated func publish(_ set: ResourceSet) { feed.publish(ResourceSnapshot(set)) }

    /// Waits until the proxies' answers are as said.
    nonisolated func wait(for condition: ([EnvoyTypeURL: ProxyStatus.Phase]) -> Bool) async throws {
        for await proxies in service.proxies.updates {
            if let proxy = proxies.first, condition(proxy.types.mapValues(\.phase)) { return }
        }
        throw CancellationError()
    }
}

/// A proxy in the test, and what it said.
struct TestSidecar {
    let proxy: ProxyInstance
    private let events: AsyncStream<DiscoveryClient.Event>

    init(xds port: Int, variant: DiscoveryVariant) async throws {
        let (events, continuation) = AsyncStream<DiscoveryClient.Event>.makeStream()
        self.events = events
        var configuration = DataPlaneConfiguration()
        configuration.concurrency = 1
        proxy = ProxyInstance(try ProxyBootstrap(json: Self.bootstrap(port, variant)), configuration: configuration) {
            continuation.yield($0)
        }
        try await proxy.start()
    }

    /// Waits for the next event that `condition` is true for.
    func wait(for condition: (DiscoveryClient.Event) -> Bool) async {
        for await event in events where condition(event) { return }
    }

    static func bootstrap(_ port: Int, _ variant: DiscoveryVariant) -> String {
        """
        {"node": {"id": "sidecar~127.0.0.1~app.default~default.svc.cluster.local", "cluster": "app.default"},
         "stats_config": {"stats_tags": [{"tag_name": "only_for_envoy", "regex": "x"}]},
         "dynamic_resources": {
           "ads_config": {"api_type": "\(variant == .delta ? "DELTA_GRPC" : "GRPC")", "transport_api_version": "V3",
             "set_node_on_first_message_only": true, "grpc_services": [{"envoy_grpc": {"cluster_name": "xds-grpc"}}]},
           "cds_config": {"ads": {}, "resource_api_version": "V3"}, "lds_config": {"ads": {}, "resource_api_version": "V3"}},
         "static_resources": {"clusters": [{"name": "xds-grpc", "type": "STATIC", "connect_timeout": "1s",
           "typed_extension_protocol_options": {"envoy.extensions.upstreams.http.v3.HttpProtocolOptions": {
             "@type": "type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions",
             "explicit_http_config": {"http2_protocol_options": {}}}},
           "load_assignment": {"cluster_name": "xds-grpc", "endpoints": [{"lb_endpoints": [{"endpoint": {
             "address": {"socket_address": {"address": "127.0.0.1", "port_value": \(port)}}}}]}]}}]}}
        """
    }
}

/// Resources of a small mesh.
enum MeshFixture {
    typealias HTTPManager = Envoy_Extensions_Filters_Network_HttpConnectionManager_V3_HttpConnectionManager

    static func source() -> Envoy_Config_Core_V3_ConfigSource { .aggregated }

    /// A listener with discovered routes, and a cluster with discovered endpoints.
    static func set(endpoint port: Int, version: String = "one", timeout: Int64 = 5) -> ResourceSet {
        ResourceSet(
            listeners: [listener(name: "outbound")],
            clusters: [
                .with {
                    $0.name = "app"
                    $0.type = .eds
                    $0.edsClusterConfig.edsConfig = source()
                    $0.connectTimeout = .init(seconds: timeout)
                }
            ],
            routes: [
                .with {
                    $0.name = "80"
                    $0.virtualHosts = [.with {
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
                    }]
                }
            ],
            endpoints: [.with {
                $0.clusterName = "app"
                $0.endpoints = [.with {
                    $0.lbEndpoints = [.with { $0.endpoint.address = .socket(host: "127.0.0.1", port: UInt32(port)) }]
                }]
            }])
    }

    static func listener(name: String, hasRouter: Bool = true) -> Envoy_Config_Listener_V3_Listener {
        .with { listener in
            listener.name = name
            listener.address = .socket(host: "127.0.0.1", port: 0)
            let manager = HTTPManager.with {
                $0.statPrefix = name
                $0.rds.routeConfigName = "80"
                $0.rds.configSource = source()
                if hasRouter {
                    $0.httpFilters = [.with {
                        $0.name = "envoy.filters.http.router"
                        $0.typedConfig = Google_Protobuf_Any(packing: Envoy_Extensions_Filters_Http_Router_V3_Router())
                    }]
                }
            }
            listener.filterChains = [.with {
                $0.filters = [.with {
                    $0.name = "envoy.filters.network.http_connection_manager"
                    $0.typedConfig = Google_Protobuf_Any(packing: manager)
                }]
            }]
        }
    }
}
