internal import SwiftProtobuf

extension ResourceSet {
    /// The set as Envoy's `/config_dump` shows it, which `istioctl
    /// proxy-config` reads. Secrets are redacted.
    ///
    /// - Parameter bootstrap: What the proxy was started with, if anything.
    public func configDump(
        bootstrap: Envoy_Config_Bootstrap_V3_Bootstrap? = nil
    ) -> Envoy_Admin_V3_ConfigDump {
        var dump = Envoy_Admin_V3_ConfigDump()
        if let bootstrap {
            dump.configs.append(
                Google_Protobuf_Any(
                    packing: Envoy_Admin_V3_BootstrapConfigDump.with { $0.bootstrap = bootstrap }))
        }
        dump.configs.append(
            Google_Protobuf_Any(
                packing: Envoy_Admin_V3_ClustersConfigDump.with {
                    $0.dynamicActiveClusters = clusters.map { cluster in
                        .with { $0.cluster = Google_Protobuf_Any(packing: cluster) }
                    }
                }))
        dump.configs.append(
            Google_Protobuf_Any(
                packing: Envoy_Admin_V3_ListenersConfigDump.with {
                    $0.dynamicListeners = listeners.map { listener in
                        .with {
                            $0.name = listener.name
                            $0.activeState.listener = Google_Protobuf_Any(packing: listener)
                        }
                    }
                }))
        dump.configs.append(
            Google_Protobuf_Any(
                packing: Envoy_Admin_V3_RoutesConfigDump.with {
                    $0.dynamicRouteConfigs = routes.map { route in
                        .with { $0.routeConfig = Google_Protobuf_Any(packing: route) }
                    }
                }))
        dump.configs.append(
            Google_Protobuf_Any(
                packing: Envoy_Admin_V3_EndpointsConfigDump.with {
                    $0.dynamicEndpointConfigs = endpoints.map { endpoints in
                        .with { $0.endpointConfig = Google_Protobuf_Any(packing: endpoints) }
                    }
                }))
        dump.configs.append(
            Google_Protobuf_Any(
                packing: Envoy_Admin_V3_SecretsConfigDump.with {
                    $0.dynamicActiveSecrets = secrets.map { secret in
                        .with {
                            $0.name = secret.name
                            $0.secret = Google_Protobuf_Any(packing: secret.redacted)
                        }
                    }
                }))
        return dump
    }
}
