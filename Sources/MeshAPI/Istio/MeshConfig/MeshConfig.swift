/// The settings of the whole mesh, with Istio's defaults.
public struct MeshConfig: ConfigFields {
    /// The port to which outbound traffic is redirected.
    public var proxyListenPort: Int32 = 15001
    /// The port to which inbound traffic is redirected.
    public var proxyInboundListenPort: Int32 = 15006
    /// The port of the explicit HTTP proxy; none when 0.
    public var proxyHttpPort: Int32 = 0
    /// How long connecting may take.
    public var connectTimeout: Duration? = .seconds(10)
    /// How long a tunnel may be idle.
    public var hboneIdleTimeout: Duration?
    /// How long the first bytes of a connection are waited for; forever when zero.
    public var protocolDetectionTimeout: Duration? = .zero
    /// Probes on idle connections.
    public var tcpKeepalive: ConnectionPoolSettings.TcpKeepalive?
    /// The class of Ingress objects that are served.
    public var ingressClass: String = "istio"
    /// The service of the ingress gateway.
    public var ingressService: String = "istio-ingressgateway"
    /// Which Ingress objects are served.
    public var ingressControllerMode: String = "STRICT"
    /// The gateway that serves Ingress objects.
    public var ingressSelector: String = ""
    /// Whether requests are traced.
    public var enableTracing: Bool = true
    /// The file of the access log; none when empty.
    public var accessLogFile: String = ""
    /// The format of the access log.
    public var accessLogFormat: String = ""
    /// Whether the access log is text or JSON.
    public var accessLogEncoding: AccessLogEncoding = .zero
    /// Whether the access log is sent to a service.
    public var enableEnvoyAccessLogService: Bool = false
    /// Whether connections that match nothing stay out of the log.
    public var disableEnvoyListenerLog: Bool = false
    /// The settings of proxies; kept as they are.
    public var defaultConfig: ConfigValue = .null
    /// What happens to traffic that no declared service takes.
    public var outboundTrafficPolicy: OutboundTrafficPolicy = OutboundTrafficPolicy(mode: .allowAny)
    /// What happens to inbound traffic that no service takes; kept as it is.
    public var inboundTrafficPolicy: ConfigValue = .null
    /// Where configuration comes from; kept as it is.
    public var configSources: [ConfigValue] = []
    /// Whether mutual TLS is used where both sides can.
    public var enableAutoMtls: Bool? = true
    /// The trust domain of the mesh.
    public var trustDomain: String = "cluster.local"
    /// Former trust domains.
    public var trustDomainAliases: [String] = []
    /// More authorities that are trusted; kept as they are.
    public var caCertificates: [ConfigValue] = []
    /// The `exportTo` of services that have none.
    public var defaultServiceExportTo: [String] = ["*"]
    /// The `exportTo` of VirtualServices that have none.
    public var defaultVirtualServiceExportTo: [String] = ["*"]
    /// The `exportTo` of DestinationRules that have none.
    public var defaultDestinationRuleExportTo: [String] = ["*"]
    /// The namespace whose objects stand for the whole mesh.
    public var rootNamespace: String = "istio-system"
    /// Preference for near endpoints.
    public var localityLbSetting: LocalityLoadBalancerSetting? = LocalityLoadBalancerSetting { $0.enabled = true }
    /// Preference for endpoints of the same zone.
    public var zoneAwareLbSetting: ZoneAwareLoadBalancerSetting?
    /// How often names are resolved when DNS doesn't say.
    public var dnsRefreshRate: Duration? = .seconds(60)
    /// Whether HTTP/1.1 requests are sent as HTTP/2.
    public var h2UpgradePolicy: H2UpgradePolicy = .zero
    /// The pattern of the names of inbound statistics.
    public var inboundClusterStatName: String = ""
    /// The pattern of the names of outbound statistics.
    public var outboundClusterStatName: String = ""
    /// Superseded; kept as they are.
    public var certificates: [ConfigValue] = []
    /// Settings of single services.
    public var serviceSettings: [ServiceSettings] = []
    /// Which services are shared between clusters; kept as they are.
    public var serviceScopeConfigs: [ConfigValue] = []
    /// Whether the proxy adds the application's metrics to its own.
    public var enablePrometheusMerge: Bool? = true
    /// Superseded: certificates are always verified.
    public var verifyCertificateAtClient: Bool?
    /// The authority that signs certificates; kept as it is.
    public var ca: ConfigValue = .null
    /// Services that policies and telemetry refer to.
    public var extensionProviders: [ExtensionProvider] = []
    /// The providers that are used when nothing else is asked for.
    public var defaultProviders: DefaultProviders?
    /// The namespaces that are watched; kept as they are.
    public var discoverySelectors: [ConfigValue] = []
    /// How paths are normalized; kept as it is.
    public var pathNormalization: ConfigValue = .null
    /// The retries of routes that have none.
    public var defaultHttpRetryPolicy: VirtualService.HTTPRetry?
    /// Mutual TLS inside the mesh.
    public var meshMTLS: TLSConfig?
    /// TLS towards the outside.
    public var tlsDefaults: TLSConfig?
    /// The traffic policy of services that have none; kept as it is.
    public var defaultTrafficPolicy: ConfigValue = .null
    /// Who sees service entries; kept as it is.
    public var serviceEntryVisibility: ConfigValue = .null

    /// An empty message.
    public init() {}

    /// The fields of the specification.
    public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
        visitor.field("proxyListenPort", &proxyListenPort)
        visitor.field("proxyInboundListenPort", &proxyInboundListenPort)
        visitor.field("proxyHttpPort", &proxyHttpPort)
        visitor.field("connectTimeout", &connectTimeout)
        visitor.field("hboneIdleTimeout", &hboneIdleTimeout)
        visitor.field("protocolDetectionTimeout", &protocolDetectionTimeout)
        visitor.field("tcpKeepalive", &tcpKeepalive)
        visitor.field("ingressClass", &ingressClass)
        visitor.field("ingressService", &ingressService)
        visitor.field("ingressControllerMode", &ingressControllerMode)
        visitor.field("ingressSelector", &ingressSelector)
        visitor.field("enableTracing", &enableTracing)
        visitor.field("accessLogFile", &accessLogFile)
        visitor.field("accessLogFormat", &accessLogFormat)
        visitor.field("accessLogEncoding", &accessLogEncoding)
        visitor.field("enableEnvoyAccessLogService", &enableEnvoyAccessLogService)
        visitor.field("disableEnvoyListenerLog", &disableEnvoyListenerLog)
        visitor.field("defaultConfig", &defaultConfig)
        visitor.field("outboundTrafficPolicy", &outboundTrafficPolicy)
        visitor.field("inboundTrafficPolicy", &inboundTrafficPolicy)
        visitor.field("configSources", &configSources)
        visitor.field("enableAutoMtls", &enableAutoMtls)
        visitor.field("trustDomain", &trustDomain)
        visitor.field("trustDomainAliases", &trustDomainAliases)
        visitor.field("caCertificates", &caCertificates)
        visitor.field("defaultServiceExportTo", &defaultServiceExportTo)
        visitor.field("defaultVirtualServiceExportTo", &defaultVirtualServiceExportTo)
        visitor.field("defaultDestinationRuleExportTo", &defaultDestinationRuleExportTo)
        visitor.field("rootNamespace", &rootNamespace)
        visitor.field("localityLbSetting", &localityLbSetting)
        visitor.field("zoneAwareLbSetting", &zoneAwareLbSetting)
        visitor.field("dnsRefreshRate", &dnsRefreshRate)
        visitor.field("h2UpgradePolicy", &h2UpgradePolicy)
        visitor.field("inboundClusterStatName", &inboundClusterStatName)
        visitor.field("outboundClusterStatName", &outboundClusterStatName)
        visitor.field("certificates", &certificates)
        visitor.field("serviceSettings", &serviceSettings)
        visitor.field("serviceScopeConfigs", &serviceScopeConfigs)
        visitor.field("enablePrometheusMerge", &enablePrometheusMerge)
        visitor.field("verifyCertificateAtClient", &verifyCertificateAtClient)
        visitor.field("ca", &ca)
        visitor.field("extensionProviders", &extensionProviders)
        visitor.field("defaultProviders", &defaultProviders)
        visitor.field("discoverySelectors", &discoverySelectors)
        visitor.field("pathNormalization", &pathNormalization)
        visitor.field("defaultHttpRetryPolicy", &defaultHttpRetryPolicy)
        visitor.field("meshMTLS", &meshMTLS)
        visitor.field("tlsDefaults", &tlsDefaults)
        visitor.field("defaultTrafficPolicy", &defaultTrafficPolicy)
        visitor.field("serviceEntryVisibility", &serviceEntryVisibility)
    }
}

extension MeshConfig {
    /// Whether the access log is text or JSON.
    public enum AccessLogEncoding: String, ConfigEnum {
        /// Text.
        case text = "TEXT"
        /// JSON.
        case json = "JSON"
    }

    /// Whether HTTP/1.1 requests are sent as HTTP/2.
    public enum H2UpgradePolicy: String, ConfigEnum {
        /// They aren't.
        case doNotUpgrade = "DO_NOT_UPGRADE"
        /// They are.
        case upgrade = "UPGRADE"
    }

    /// Settings of single services.
    public struct ServiceSettings: ConfigFields {
        /// The settings.
        public var settings: Settings?
        /// The services.
        public var hosts: [String] = []

        /// An empty message.
        public init() {}

        /// The fields of the specification.
        public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
            visitor.field("settings", &settings)
            visitor.field("hosts", &hosts)
        }
    }

    /// Settings of a service.
    public struct Settings: ConfigFields {
        /// Whether clients only reach endpoints of their own cluster.
        public var clusterLocal: Bool = false

        /// An empty message.
        public init() {}

        /// The fields of the specification.
        public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
            visitor.field("clusterLocal", &clusterLocal)
        }
    }

    /// Which TLS is accepted.
    public struct TLSConfig: ConfigFields {
        /// The oldest version: TLS_AUTO, TLSV1_2 or TLSV1_3.
        public var minProtocolVersion: String = ""
        /// The curves.
        public var ecdhCurves: [String] = []
        /// The cipher suites.
        public var cipherSuites: [String] = []

        /// An empty message.
        public init() {}

        /// The fields of the specification.
        public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
            visitor.field("minProtocolVersion", &minProtocolVersion)
            visitor.field("ecdhCurves", &ecdhCurves)
            visitor.field("cipherSuites", &cipherSuites)
        }
    }
}
