internal import EnvoyAPI
internal import MeshAPI
internal import ServiceRegistry
internal import SwiftProtobuf

/// One cluster to be built: a port of a service, or a subset of it.
struct ClusterPlan {
    let context: ProxyContext
    let service: Service
    let port: ServicePort
    let rule: ResolvedDestinationRule?
    let subset: DestinationRule.Subset?
    let policy: EffectivePolicy

    /// A cluster, and its endpoints when they are sent apart.
    struct Built {
        let cluster: EnvoyCluster
        let assignment: EnvoyLoadAssignment?
    }

    var name: String {
        Names.cluster(port: port.number, subset: subset?.name ?? "", host: service.hostname)
    }

    /// The name under which it is counted.
    private var statName: String {
        var pattern = context.mesh.outboundClusterStatName
        if pattern.isEmpty { return name }
        let isKubernetes = service.registry == .kubernetes
        for (variable, value) in [
            ("%SERVICE_FQDN%", service.hostname), ("%SERVICE_PORT_NAME%", port.name), ("%SERVICE_PORT%", "\(port.number)"),
            ("%SERVICE_NAME%", service.name), ("%SUBSET_NAME%", subset?.name ?? ""),
            ("%SERVICE%", isKubernetes ? "\(service.name).\(service.namespace)" : service.hostname),
        ] {
            pattern = pattern.replacing(variable, with: value)
        }
        return pattern
    }

    /// The objects that make it what it is.
    var origins: [ObjectReference] { service.origins + (rule?.origins ?? []) }

    /// - Returns: nil when there is nothing to resolve: routes to it answer
    ///   that the cluster is unknown.
    func build() -> Built? {
        let discovery = discovery
        var cluster = EnvoyCluster()
        cluster.name = name
        cluster.altStatName = statName + ";"
        cluster.commonLbConfig = Self.commonLoadBalancing
        var assignment: EnvoyLoadAssignment?
        switch discovery {
        case .resolved(let mode):
            let endpoints = mode == .firstAddress ? Array(endpoints.prefix(1)) : endpoints
            if endpoints.isEmpty { return nil }
            cluster.clusterType = context.nameResolution.clusterType(mode)
            cluster.loadAssignment = loadAssignment(endpoints)
        case .sentApart:
            cluster.type = .eds
            cluster.edsClusterConfig.edsConfig = .sameStream
            cluster.edsClusterConfig.serviceName = name
            // Declarations of one host share endpoints; names that one of them
            // resolves can't be sent for another.
            assignment = loadAssignment(endpoints.filter { $0.isUnixSocket || IPAddress.isAddress($0.address) })
        case .asDialled:
            cluster.type = .originalDst
            if service.resolution == .passthrough, service.registry == .external, port.targetPort > 0,
                port.targetPort != port.number
            {
                cluster.originalDstLbConfig.upstreamPortOverride = .init(UInt32(clamping: port.targetPort))
            }
        case .byRequest: break
        }
        var http = UpstreamHTTPOptions()
        http.version = port.portProtocol.isHTTP2 ? .http2 : port.portProtocol == .unsupported ? .asDownstream : nil
        applyConnectionPool(&cluster, &http)
        applyOutlierDetection(&cluster)
        applyLoadBalancing(&cluster, discovery)
        let tls = applyTLS(&cluster, &http)
        applyProxyProtocol(&cluster)
        if case .byRequest = discovery {
            cluster.clusterType = DynamicDNS.clusterType(host: service.hostname, proxy: context.proxy, &http)
        }
        cluster.typedExtensionProtocolOptions = http.typed
        cluster.metadata = metadata(originatesTLS: tls)
        return Built(cluster: cluster, assignment: assignment)
    }

    /// Where a cluster's endpoints come from.
    enum Discovery {
        case resolved(NameResolutionPlan.Mode)
        case sentApart
        case asDialled
        case byRequest
    }

    private var discovery: Discovery {
        if policy.loadBalancer?.simple == .passthrough { return .asDialled }
        switch service.resolution {
        case .endpoints, .alias: return .sentApart
        case .dns: return .resolved(.allAddresses)
        case .dnsRoundRobin: return .resolved(.firstAddress)
        // A gateway's clients dial the gateway: there is no original destination.
        case .passthrough: return context.proxy.type == .router ? .sentApart : .asDialled
        case .dynamicDNS: return .byRequest
        }
    }

    private var endpoints: [ServiceEndpoint] {
        let all = context.snapshot.endpoints(of: service, port: port)
        guard let labels = subset?.labels, !labels.isEmpty else { return all }
        return all.filter { endpoint in labels.allSatisfy { endpoint.labels[$0.key] == $0.value } }
    }

    var localitySetting: LocalityLoadBalancerSetting? {
        policy.loadBalancer?.localityLbSetting ?? context.mesh.localityLbSetting
    }

    private func loadAssignment(_ endpoints: [ServiceEndpoint]) -> EnvoyLoadAssignment {
        var assignment = EnvoyLoadAssignment()
        assignment.clusterName = name
        assignment.endpoints = EndpointGroups(context: context).groups(
            endpoints, setting: localitySetting, hasOutlierDetection: policy.outlierDetection != nil)
        return assignment
    }

    private func metadata(originatesTLS: Bool) -> EnvoyMetadata {
        var fields: [String: Google_Protobuf_Value] = [
            "services": .init(
                listValue: .init(values: [
                    .init(
                        structValue: .init(fields: [
                            "host": .init(stringValue: service.hostname),
                            "name": .init(stringValue: service.name),
                            "namespace": .init(stringValue: service.namespace),
                        ]))
                ]))
        ]
        if service.isMeshExternal { fields["external"] = .init(boolValue: true) }
        if originatesTLS { fields["alpn_override"] = .init(stringValue: "false") }
        if let rule {
            fields["config"] = EnvoyMetadata.config(
                "destination-rule", namespace: rule.namespace, name: rule.origin.name)
        }
        if let subset { fields["subset"] = .init(stringValue: subset.name) }
        return EnvoyMetadata(istio: fields)
    }

    static let openCircuitBreakers: Envoy_Config_Cluster_V3_CircuitBreakers = {
        var thresholds = Envoy_Config_Cluster_V3_CircuitBreakers.Thresholds()
        thresholds.maxConnections = .init(UInt32.max)
        thresholds.maxPendingRequests = .init(UInt32.max)
        thresholds.maxRequests = .init(UInt32.max)
        thresholds.maxRetries = .init(UInt32.max)
        var breakers = Envoy_Config_Cluster_V3_CircuitBreakers()
        breakers.thresholds = [thresholds]
        return breakers
    }()

    private static let commonLoadBalancing: EnvoyCluster.CommonLbConfig = {
        var config = EnvoyCluster.CommonLbConfig()
        config.healthyPanicThreshold = .init()
        return config
    }()
}
