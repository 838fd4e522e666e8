/// Fields that are read and checked and change nothing that a proxy does.
/// Whoever writes one is told so; the documentation lists them, and a test
/// compares the list with what generation does.
public enum FieldsWithoutEffect {
    /// One field, with everything below it.
    public struct Entry: Sendable, Hashable {
        /// The kind of object, or `MeshConfig`.
        public let kind: String
        /// The way to it from `spec`, without list indices; empty for all of `spec`.
        public let path: String
        /// Why, in a sentence without a full stop.
        public let reason: String

        init(_ kind: String, _ path: String, _ reason: String) {
            self.kind = kind
            self.path = path
            self.reason = reason
        }
    }

    private static let outboundOnly = "Petrel's proxies carry outbound traffic"
    private static let trafficPolicies = [
        "trafficPolicy", "trafficPolicy.portLevelSettings", "subsets.trafficPolicy", "subsets.trafficPolicy.portLevelSettings",
    ]

    /// All of them.
    public static let all: [Entry] = objects + traffic + mesh + kubernetes

    private static let objects = [
        Entry("ServiceEntry", "endpoints.network", "endpoints are dialled as they are, whatever their network"),
        Entry("WorkloadEntry", "network", "endpoints are dialled as they are, whatever their network"),
        Entry("WorkloadGroup", "", "workloads don't register themselves; write a WorkloadEntry for each"),
        Entry("VirtualService", "http.fault.delay.exponentialDelay", "Istio refuses it as well"),
        Entry("VirtualService", "http.fault.abort.http2Error", "Istio refuses it as well"),
        Entry("VirtualService", "tcp.match.sourceSubnet", "Istio never implemented it"),
        Entry("Sidecar", "ingress", outboundOnly),
        Entry("Sidecar", "inboundConnectionPool", outboundOnly),
        Entry("Sidecar", "egress.port.targetPort", "Istio never implemented it"),
        Entry("Sidecar", "egress.port.name", "the number and the protocol count"),
        Entry("Gateway", "servers.defaultEndpoint", "Istio never implemented it"),
        Entry("Gateway", "servers.port.targetPort", "Istio never implemented it"),
        Entry("Gateway", "servers.tls.tlsCertificates.caCertificates", "clients are checked against servers.tls.caCertificates"),
        Entry("ProxyConfig", "concurrency", "the number of threads is decided where a proxy is started: petrel run --concurrency"),
        Entry("ProxyConfig", "image", "proxies are not started from images"),
        Entry("AuthorizationPolicy", "targetRef.namespace", "a policy is attached to objects of its own namespace"),
        Entry("AuthorizationPolicy", "targetRefs.namespace", "a policy is attached to objects of its own namespace"),
        Entry("RequestAuthentication", "", "tokens are checked where requests come in, and \(outboundOnly)"),
        Entry("Telemetry", "metrics", "what proxies count is fixed"),
        Entry("Telemetry", "targetRef.namespace", "an object is attached to objects of its own namespace"),
        Entry("Telemetry", "targetRefs.namespace", "an object is attached to objects of its own namespace"),
    ]

    private static let traffic = trafficPolicies.flatMap { policy in
        [
            Entry("DestinationRule", "\(policy).loadBalancer.zoneAwareLbSetting.failover", "failover follows localityLbSetting"),
            Entry("DestinationRule", "\(policy).loadBalancer.zoneAwareLbSetting.failoverPriority", "failover follows localityLbSetting"),
            Entry("DestinationRule", "\(policy).outlierDetection.outlierDetectionHttpErrorCodes", "errors are what Envoy counts as such: 5xx"),
        ]
    }

    private static let mesh = [
        ("proxyInboundListenPort", outboundOnly),
        ("inboundTrafficPolicy", outboundOnly),
        ("inboundClusterStatName", outboundOnly),
        ("hboneIdleTimeout", "the mesh has no ambient mode"),
        ("serviceScopeConfigs", "the mesh has no ambient mode"),
        ("ingressClass", "Kubernetes Ingress is a way in"),
        ("ingressService", "Kubernetes Ingress is a way in"),
        ("ingressControllerMode", "Kubernetes Ingress is a way in"),
        ("ingressSelector", "Kubernetes Ingress is a way in"),
        ("enableEnvoyAccessLogService", "its address is part of Istio's bootstrap; declare an envoyHttpAls or envoyTcpAls provider"),
        ("configSources", "objects come from files and Kubernetes"),
        ("trustDomainAliases", "policies name the mesh's one trust domain"),
        ("caCertificates", "TLS trusts the system's roots and those that a DestinationRule names"),
        ("certificates", "superseded in Istio as well"),
        ("ca", "the mesh's authority is built in"),
        ("verifyCertificateAtClient", "certificates are always verified"),
        ("enablePrometheusMerge", "proxies don't fetch the application's metrics"),
        ("serviceSettings", "there is one cluster"),
        ("discoverySelectors", "every namespace that is given is looked at"),
        ("zoneAwareLbSetting", "write it in a DestinationRule"),
        ("defaultTrafficPolicy", "write a DestinationRule"),
        ("serviceEntryVisibility", "write exportTo, or defaultServiceExportTo"),
        ("outboundTrafficPolicy.tls", "unknown hosts are reached as the client asks"),
        ("extensionProviders.prometheus", "proxies always show their metrics to Prometheus"),
        ("defaultProviders.metrics", "proxies always show their metrics to Prometheus"),
    ].map { Entry("MeshConfig", $0.0, $0.1) }

    /// Objects of Kubernetes have them for its own sake, so nobody is warned.
    private static let kubernetes = [
        ("Service", "externalIPs", "they are a way in"),
        ("Service", "internalTrafficPolicy", "endpoints are chosen by the mesh's own rules"),
        ("Service", "ipFamilies", "the addresses themselves count"),
        ("Service", "ports.nodePort", "it is a way in"),
        ("Service", "publishNotReadyAddresses", "only endpoints that are ready are used"),
        ("Service", "sessionAffinity", "write consistentHash in a DestinationRule"),
        ("Service", "trafficDistribution", "write localityLbSetting in a DestinationRule"),
        ("EndpointSlice", "addressType", "the addresses themselves count"),
        ("EndpointSlice", "endpoints.conditions.serving", "only ready counts"),
        ("EndpointSlice", "endpoints.conditions.terminating", "only ready counts"),
        ("EndpointSlice", "endpoints.hostname", "the mesh's DNS has no names of single endpoints"),
        ("EndpointSlice", "endpoints.nodeName", "the zone counts"),
        ("EndpointSlice", "endpoints.targetRef.kind", "it names a Pod"),
        ("EndpointSlice", "endpoints.targetRef.namespace", "it is in the slice's namespace"),
        ("EndpointSlice", "ports.appProtocol", "the Service's port says it"),
        ("EndpointSlice", "ports.protocol", "the Service's port says it"),
        ("Pod", "containers.name", "ports are found by their own names"),
        ("Pod", "containers.ports.protocol", "the Service's port says it"),
        ("Pod", "hostNetwork", "its address counts like any other"),
        ("Pod", "nodeName", "the Pod's own labels say its locality"),
        ("Secret", "type", "its entries count"),
        ("Secret", "immutable", "Kubernetes keeps it so"),
        ("ConfigMap", "binaryData", "certificates are text"),
        ("ConfigMap", "immutable", "Kubernetes keeps it so"),
    ].map { Entry($0.0, $0.1, $0.2) }

    private static let byKind = Dictionary(grouping: all, by: \.kind)

    /// What an object of a kind has of them.
    static func entries(_ kind: String) -> [Entry] { byKind[kind] ?? [] }
}
