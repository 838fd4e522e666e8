internal import DiscoveryClient
internal import EnvoyAPI
internal import SwiftProtobuf

extension ProxyAdmin {
    /// `/config_dump`, with the sections in the order of Envoy's.
    func configDump(_ request: AdminRequest) -> AdminReply {
        let holding = proxy.discovery?.holding ?? DiscoveryClient.Holding()
        let dump = ConfigDump(
            holding: holding, bootstrap: proxy.bootstrap.message, fixed: proxy.bootstrap.resources, started: started / 1_000_000)
        var sections = dump.sections(includingEndpoints: request.query["include_eds"] != nil)
        if let pattern = request.query["name_regex"] {
            guard let regex = try? Regex(pattern) else { return .text("name_regex is not a regular expression\n", status: 400) }
            sections = dump.sections(includingEndpoints: request.query["include_eds"] != nil) { $0.contains(regex) }
        }
        if let field = request.query["resource"] {
            guard let selected = dump.select(field, from: sections) else {
                return .text("\(field) not found in config dump\n", status: 404)
            }
            sections = selected
        }
        return json(Envoy_Admin_V3_ConfigDump.with { $0.configs = sections })
    }
}

/// The configuration in force as `istioctl proxy-config` reads it. Keys and
/// passwords are redacted.
struct ConfigDump {
    var holding: DiscoveryClient.Holding
    var bootstrap: Envoy_Config_Bootstrap_V3_Bootstrap
    var fixed: ResourceSet
    /// When the proxy started, in milliseconds since 1970.
    var started: UInt64

    /// The sections, each a message of `envoy.admin.v3`.
    ///
    /// - Parameter isWanted: Which resources, by name.
    func sections(includingEndpoints: Bool, where isWanted: (String) -> Bool = { _ in true }) -> [Google_Protobuf_Any] {
        var sections = [
            Google_Protobuf_Any(
                packing: Envoy_Admin_V3_BootstrapConfigDump.with {
                    $0.bootstrap = redactedBootstrap
                    $0.lastUpdated = time(started)
                }),
            Google_Protobuf_Any(packing: clusters(isWanted)),
        ]
        if includingEndpoints { sections.append(Google_Protobuf_Any(packing: endpoints(isWanted))) }
        sections.append(Google_Protobuf_Any(packing: extensions(isWanted)))
        sections.append(Google_Protobuf_Any(packing: listeners(isWanted)))
        sections.append(Google_Protobuf_Any(packing: routes(isWanted)))
        sections.append(Google_Protobuf_Any(packing: secrets(isWanted)))
        return sections
    }

    /// The resources of one field of the sections: `?resource=dynamic_listeners`.
    func select(_ field: String, from sections: [Google_Protobuf_Any]) -> [Google_Protobuf_Any]? {
        Self.registerParts()
        for section in sections {
            if let dump = try? section.unpackIfMatching(Envoy_Admin_V3_ClustersConfigDump.self) {
                switch field {
                case "static_clusters": return dump.staticClusters.map { Google_Protobuf_Any(packing: $0) }
                case "dynamic_active_clusters": return dump.dynamicActiveClusters.map { Google_Protobuf_Any(packing: $0) }
                case "dynamic_warming_clusters": return dump.dynamicWarmingClusters.map { Google_Protobuf_Any(packing: $0) }
                default: break
                }
            } else if let dump = try? section.unpackIfMatching(Envoy_Admin_V3_ListenersConfigDump.self) {
                switch field {
                case "static_listeners": return dump.staticListeners.map { Google_Protobuf_Any(packing: $0) }
                case "dynamic_listeners": return dump.dynamicListeners.map { Google_Protobuf_Any(packing: $0) }
                default: break
                }
            } else if let dump = try? section.unpackIfMatching(Envoy_Admin_V3_RoutesConfigDump.self) {
                switch field {
                case "static_route_configs": return dump.staticRouteConfigs.map { Google_Protobuf_Any(packing: $0) }
                case "dynamic_route_configs": return dump.dynamicRouteConfigs.map { Google_Protobuf_Any(packing: $0) }
                default: break
                }
            } else if let dump = try? section.unpackIfMatching(Envoy_Admin_V3_EndpointsConfigDump.self) {
                if field == "dynamic_endpoint_configs" { return dump.dynamicEndpointConfigs.map { Google_Protobuf_Any(packing: $0) } }
            } else if let dump = try? section.unpackIfMatching(Envoy_Admin_V3_SecretsConfigDump.self) {
                switch field {
                case "static_secrets": return dump.staticSecrets.map { Google_Protobuf_Any(packing: $0) }
                case "dynamic_active_secrets": return dump.dynamicActiveSecrets.map { Google_Protobuf_Any(packing: $0) }
                case "dynamic_warming_secrets": return dump.dynamicWarmingSecrets.map { Google_Protobuf_Any(packing: $0) }
                default: break
                }
            } else if field == "bootstrap", section.typeURL.hasSuffix("BootstrapConfigDump") {
                return [section]
            }
        }
        return nil
    }

    /// Makes the parts of sections known to the JSON coder; it has the sections.
    private static func registerParts() {
        let parts: [any Message.Type] = [
            Envoy_Admin_V3_ClustersConfigDump.StaticCluster.self, Envoy_Admin_V3_ClustersConfigDump.DynamicCluster.self,
            Envoy_Admin_V3_ListenersConfigDump.StaticListener.self, Envoy_Admin_V3_ListenersConfigDump.DynamicListener.self,
            Envoy_Admin_V3_RoutesConfigDump.StaticRouteConfig.self, Envoy_Admin_V3_RoutesConfigDump.DynamicRouteConfig.self,
            Envoy_Admin_V3_EndpointsConfigDump.DynamicEndpointConfig.self,
            Envoy_Admin_V3_SecretsConfigDump.StaticSecret.self, Envoy_Admin_V3_SecretsConfigDump.DynamicSecret.self,
        ]
        for part in parts { Google_Protobuf_Any.register(messageType: part) }
    }

    // MARK: - Sections

    private var redactedBootstrap: Envoy_Config_Bootstrap_V3_Bootstrap {
        var copy = bootstrap
        copy.staticResources.secrets = copy.staticResources.secrets.map(\.redacted)
        copy.staticResources.clusters = copy.staticResources.clusters.map(\.redacted)
        copy.staticResources.listeners = copy.staticResources.listeners.map(\.redacted)
        return copy
    }

    private func state(_ type: EnvoyTypeURL) -> TypeState? { holding.types[type] }

    private func time(_ milliseconds: UInt64) -> Google_Protobuf_Timestamp {
        .with {
            $0.seconds = Int64(milliseconds / 1000)
            $0.nanos = Int32(milliseconds % 1000) * 1_000_000
        }
    }

    private func received(_ moment: UInt64) -> Google_Protobuf_Timestamp { time(holding.startedAt &+ moment) }

    private func failure(_ refused: RefusedResource) -> Envoy_Admin_V3_UpdateFailureState {
        .with {
            $0.details = refused.reason
            $0.versionInfo = refused.version
            $0.lastUpdateAttempt = received(refused.received)
        }
    }

    private typealias Entry = (name: String, held: HeldResource?, refused: RefusedResource?)

    /// What is in force, and names of which nothing was ever good.
    private func entries(_ type: EnvoyTypeURL, _ isWanted: (String) -> Bool) -> [Entry] {
        guard let state = state(type) else { return [] }
        let names = Set(state.active.keys).union(state.refused.keys.filter { state.warming[$0] == nil })
        return names.filter(isWanted).sorted().map { ($0, state.active[$0], state.refused[$0]) }
    }

    private func warming(_ type: EnvoyTypeURL, _ isWanted: (String) -> Bool) -> [Entry] {
        guard let state = state(type) else { return [] }
        return state.warming.keys.filter(isWanted).sorted().map { ($0, state.warming[$0], state.refused[$0]) }
    }

    private func status(_ refused: RefusedResource?) -> Envoy_Admin_V3_ClientResourceStatus {
        refused == nil ? .acked : .nacked
    }

    private func clusters(_ isWanted: (String) -> Bool) -> Envoy_Admin_V3_ClustersConfigDump {
        func dynamic(_ entry: Entry) -> Envoy_Admin_V3_ClustersConfigDump.DynamicCluster {
            .with {
                if let held = entry.held {
                    $0.versionInfo = held.version
                    $0.lastUpdated = received(held.received)
                    if case .cluster(let cluster) = held.resource { $0.cluster = Google_Protobuf_Any(packing: cluster.redacted) }
                }
                if let refused = entry.refused { $0.errorState = failure(refused) }
                $0.clientStatus = status(entry.refused)
            }
        }
        return .with {
            $0.versionInfo = state(.cluster)?.version ?? ""
            $0.staticClusters = fixed.clusters.filter { isWanted($0.name) }.map { cluster in
                .with {
                    $0.cluster = Google_Protobuf_Any(packing: cluster.redacted)
                    $0.lastUpdated = time(started)
                }
            }
            $0.dynamicActiveClusters = entries(.cluster, isWanted).map(dynamic)
            $0.dynamicWarmingClusters = warming(.cluster, isWanted).map(dynamic)
        }
    }

    private func listeners(_ isWanted: (String) -> Bool) -> Envoy_Admin_V3_ListenersConfigDump {
        func listenerState(_ held: HeldResource) -> Envoy_Admin_V3_ListenersConfigDump.DynamicListenerState {
            .with {
                $0.versionInfo = held.version
                $0.lastUpdated = received(held.received)
                if case .listener(let listener) = held.resource { $0.listener = Google_Protobuf_Any(packing: listener.redacted) }
            }
        }
        let waiting = Dictionary(uniqueKeysWithValues: warming(.listener, isWanted).map { ($0.name, $0) })
        let active = entries(.listener, isWanted)
        let onlyWaiting = waiting.values.filter { name in !active.contains { $0.name == name.name } }.map {
            (name: $0.name, held: HeldResource?.none, refused: $0.refused)
        }
        return .with {
            $0.versionInfo = state(.listener)?.version ?? ""
            $0.staticListeners = fixed.listeners.filter { isWanted($0.name) }.map { listener in
                .with {
                    $0.listener = Google_Protobuf_Any(packing: listener.redacted)
                    $0.lastUpdated = time(started)
                }
            }
            $0.dynamicListeners = (active + onlyWaiting).sorted { $0.name < $1.name }.map { entry in
                .with {
                    $0.name = entry.name
                    if let held = entry.held { $0.activeState = listenerState(held) }
                    if let held = waiting[entry.name]?.held { $0.warmingState = listenerState(held) }
                    if let refused = entry.refused { $0.errorState = failure(refused) }
                    $0.clientStatus = status(entry.refused)
                }
            }
        }
    }

    private func routes(_ isWanted: (String) -> Bool) -> Envoy_Admin_V3_RoutesConfigDump {
        let inline = fixed.listeners.flatMap(\.httpConnectionManagers).compactMap { manager -> Envoy_Config_Route_V3_RouteConfiguration? in
            if case .routeConfig(let route) = manager.routeSpecifier { return route }
            return nil
        }
        return .with {
            $0.staticRouteConfigs = inline.filter { isWanted($0.name) }.map { route in
                .with {
                    $0.routeConfig = Google_Protobuf_Any(packing: route)
                    $0.lastUpdated = time(started)
                }
            }
            $0.dynamicRouteConfigs = entries(.routeConfiguration, isWanted).map { entry in
                .with {
                    if let held = entry.held {
                        $0.versionInfo = held.version
                        $0.lastUpdated = received(held.received)
                        if case .route(let route) = held.resource { $0.routeConfig = Google_Protobuf_Any(packing: route) }
                    }
                    if let refused = entry.refused { $0.errorState = failure(refused) }
                    $0.clientStatus = status(entry.refused)
                }
            }
        }
    }

    private func endpoints(_ isWanted: (String) -> Bool) -> Envoy_Admin_V3_EndpointsConfigDump {
        .with {
            $0.staticEndpointConfigs = fixed.clusters.filter { $0.hasLoadAssignment && isWanted($0.name) }.map { cluster in
                .with { $0.endpointConfig = Google_Protobuf_Any(packing: cluster.loadAssignment) }
            }
            $0.dynamicEndpointConfigs = entries(.clusterLoadAssignment, isWanted).map { entry in
                .with {
                    if let held = entry.held {
                        $0.versionInfo = held.version
                        $0.lastUpdated = received(held.received)
                        if case .endpoints(let endpoints) = held.resource {
                            $0.endpointConfig = Google_Protobuf_Any(packing: endpoints)
                        }
                    }
                    if let refused = entry.refused { $0.errorState = failure(refused) }
                    $0.clientStatus = status(entry.refused)
                }
            }
        }
    }

    private func secrets(_ isWanted: (String) -> Bool) -> Envoy_Admin_V3_SecretsConfigDump {
        .with {
            $0.staticSecrets = fixed.secrets.filter { isWanted($0.name) }.map { secret in
                .with {
                    $0.name = secret.name
                    $0.lastUpdated = time(started)
                    $0.secret = Google_Protobuf_Any(packing: secret.redacted)
                }
            }
            $0.dynamicActiveSecrets = entries(.secret, isWanted).map { entry in
                .with {
                    $0.name = entry.name
                    if let held = entry.held {
                        $0.versionInfo = held.version
                        $0.lastUpdated = received(held.received)
                        if case .secret(let secret) = held.resource { $0.secret = Google_Protobuf_Any(packing: secret.redacted) }
                    }
                    if let refused = entry.refused { $0.errorState = failure(refused) }
                    $0.clientStatus = status(entry.refused)
                }
            }
        }
    }

    private func extensions(_ isWanted: (String) -> Bool) -> Envoy_Admin_V3_EcdsConfigDump {
        .with {
            $0.ecdsFilters = entries(.extensionConfig, isWanted).map { entry in
                .with {
                    if let held = entry.held {
                        $0.versionInfo = held.version
                        $0.lastUpdated = received(held.received)
                        if case .extensionConfig(let config) = held.resource { $0.ecdsFilter = Google_Protobuf_Any(packing: config) }
                    }
                    if let refused = entry.refused { $0.errorState = failure(refused) }
                    $0.clientStatus = status(entry.refused)
                }
            }
        }
    }
}
