internal import MeshAPI

/// What is known of one of Istio's annotations.
struct AnnotationDefinition: Sendable {
    enum Value: Sendable {
        case any, unsigned, bool
    }

    let name: String
    /// The kinds it applies to; empty for all.
    let places: [String]
    let isAlpha: Bool
    let isDeprecated: Bool
    let value: Value

    private init(_ name: String, _ places: [String], alpha: Bool = true, deprecated: Bool = false, _ value: Value = .any) {
        self.name = name
        self.places = places
        isAlpha = alpha
        isDeprecated = deprecated
        self.value = value
    }

    /// The kinds whose annotations are looked at.
    static let kinds: Set<String> = ["Namespace", "Service", "Pod", "Deployment"]

    /// Whether an annotation is one of Istio's.
    static func isIstio(_ name: String) -> Bool {
        name == "kubernetes.io/ingress.class" || name.prefix { $0 != "/" }.hasSuffix("istio.io")
    }

    /// What is wrong with a value, in the words of Istio.
    func problem(_ text: String) -> String? {
        switch value {
        case .any: nil
        case .unsigned: UInt64(text) == nil ? "strconv.ParseUint: parsing \(ConfigValue.jsonLiteral(text)): invalid syntax" : nil
        case .bool:
            ["1", "t", "T", "true", "TRUE", "True", "0", "f", "F", "false", "FALSE", "False"].contains(text)
                ? nil : "strconv.ParseBool: parsing \(ConfigValue.jsonLiteral(text)): invalid syntax"
        }
    }

    static let named = Dictionary(all.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })

    private static let all: [AnnotationDefinition] = [
        AnnotationDefinition("alpha.istio.io/canonical-serviceaccounts", ["Service"]),
        AnnotationDefinition("alpha.istio.io/kubernetes-serviceaccounts", ["Service"]),
        AnnotationDefinition("ambient.istio.io/bypass-inbound-capture", ["Pod"], alpha: false),
        AnnotationDefinition("ambient.istio.io/dns-capture", ["Pod"], alpha: false),
        AnnotationDefinition("ambient.istio.io/redirection", ["Pod"], alpha: false),
        AnnotationDefinition("galley.istio.io/analyze-suppress", []),
        AnnotationDefinition("gateway.istio.io/controller-version", [], alpha: false),
        AnnotationDefinition("inject.istio.io/templates", ["Pod"]),
        AnnotationDefinition("install.operator.istio.io/chart-owner", []),
        AnnotationDefinition("install.operator.istio.io/owner-generation", []),
        AnnotationDefinition("install.operator.istio.io/version", []),
        AnnotationDefinition("istio.io/autoRegistrationGroup", ["WorkloadEntry"]),
        AnnotationDefinition("istio.io/dry-run", ["AuthorizationPolicy"]),
        AnnotationDefinition("istio.io/reroute-virtual-interfaces", ["Pod"], alpha: false),
        AnnotationDefinition("istio.io/rev", ["Pod"], alpha: false),
        AnnotationDefinition("kubernetes.io/ingress.class", ["Ingress"], alpha: false),
        AnnotationDefinition("networking.istio.io/address-type", ["Gateway"], alpha: false),
        AnnotationDefinition("networking.istio.io/exportTo", ["Service"]),
        AnnotationDefinition("networking.istio.io/service-type", ["Gateway"], alpha: false),
        AnnotationDefinition("networking.istio.io/traffic-distribution", ["Service", "Namespace"], alpha: false),
        AnnotationDefinition("networking.istio.io/tunnel", ["Pod"], alpha: false),
        AnnotationDefinition("prometheus.istio.io/merge-metrics", ["Pod"], .bool),
        AnnotationDefinition("proxy.istio.io/config", ["Pod"], alpha: false),
        AnnotationDefinition("proxy.istio.io/overrides", ["Pod"]),
        AnnotationDefinition("readiness.status.sidecar.istio.io/applicationPorts", ["Pod"]),
        AnnotationDefinition("readiness.status.sidecar.istio.io/failureThreshold", ["Pod"], .unsigned),
        AnnotationDefinition("readiness.status.sidecar.istio.io/initialDelaySeconds", ["Pod"], .unsigned),
        AnnotationDefinition("readiness.status.sidecar.istio.io/periodSeconds", ["Pod"], .unsigned),
        AnnotationDefinition("sidecar.istio.io/agentLogLevel", ["Pod"]),
        AnnotationDefinition("sidecar.istio.io/bootstrapOverride", ["Pod"]),
        AnnotationDefinition("sidecar.istio.io/componentLogLevel", ["Pod"]),
        AnnotationDefinition("sidecar.istio.io/controlPlaneAuthPolicy", ["Pod"], deprecated: true),
        AnnotationDefinition("sidecar.istio.io/discoveryAddress", ["Pod"], deprecated: true),
        AnnotationDefinition("sidecar.istio.io/enableCoreDump", ["Pod"], .bool),
        AnnotationDefinition("sidecar.istio.io/extraStatTags", ["Pod"]),
        AnnotationDefinition("sidecar.istio.io/inject", ["Pod"], alpha: false, deprecated: true, .bool),
        AnnotationDefinition("sidecar.istio.io/interceptionMode", ["Pod"]),
        AnnotationDefinition("sidecar.istio.io/logLevel", ["Pod"]),
        AnnotationDefinition("sidecar.istio.io/nativeSidecar", ["Pod"], .bool),
        AnnotationDefinition("sidecar.istio.io/proxyCPU", ["Pod"]),
        AnnotationDefinition("sidecar.istio.io/proxyCPULimit", ["Pod"]),
        AnnotationDefinition("sidecar.istio.io/proxyImage", ["Pod"]),
        AnnotationDefinition("sidecar.istio.io/proxyImageType", ["Pod"]),
        AnnotationDefinition("sidecar.istio.io/proxyMemory", ["Pod"]),
        AnnotationDefinition("sidecar.istio.io/proxyMemoryLimit", ["Pod"]),
        AnnotationDefinition("sidecar.istio.io/rewriteAppHTTPProbers", ["Pod"], .bool),
        AnnotationDefinition("sidecar.istio.io/statsCompression", ["Pod"], .bool),
        AnnotationDefinition("sidecar.istio.io/statsHistogramBuckets", ["Pod"]),
        AnnotationDefinition("sidecar.istio.io/statsInclusionPrefixes", ["Pod"], deprecated: true),
        AnnotationDefinition("sidecar.istio.io/statsInclusionRegexps", ["Pod"], deprecated: true),
        AnnotationDefinition("sidecar.istio.io/statsInclusionSuffixes", ["Pod"], deprecated: true),
        AnnotationDefinition("sidecar.istio.io/status", ["Pod"]),
        AnnotationDefinition("sidecar.istio.io/userVolume", ["Pod"]),
        AnnotationDefinition("sidecar.istio.io/userVolumeMount", ["Pod"]),
        AnnotationDefinition("status.sidecar.istio.io/port", ["Pod"], .unsigned),
        AnnotationDefinition("topology.istio.io/controlPlaneClusters", ["Namespace"]),
        AnnotationDefinition("traffic.istio.io/nodeSelector", ["Service"]),
        AnnotationDefinition("traffic.sidecar.istio.io/excludeInboundPorts", ["Pod"]),
        AnnotationDefinition("traffic.sidecar.istio.io/excludeInterfaces", ["Pod"]),
        AnnotationDefinition("traffic.sidecar.istio.io/excludeOutboundIPRanges", ["Pod"]),
        AnnotationDefinition("traffic.sidecar.istio.io/excludeOutboundPorts", ["Pod"]),
        AnnotationDefinition("traffic.sidecar.istio.io/includeInboundPorts", ["Pod"]),
        AnnotationDefinition("traffic.sidecar.istio.io/includeOutboundIPRanges", ["Pod"]),
        AnnotationDefinition("traffic.sidecar.istio.io/includeOutboundPorts", ["Pod"]),
        AnnotationDefinition("traffic.sidecar.istio.io/kubevirtInterfaces", ["Pod"], deprecated: true),
    ]
}
