/// Which proxy carries the traffic.
public enum DataPlaneName: String, Sendable, CaseIterable {
    /// Petrel's own, in this process.
    case petrel
    /// Envoy, as a child process for each identity.
    case envoy
    /// None: only xDS is served, for proxies that run elsewhere.
    case none
}

/// How a mesh runs in this process.
public struct MeshOptions: Sendable, Equatable {
    /// Where the access log goes.
    public enum AccessLog: Sendable, Equatable {
        case none, standardOutput
        case file(String)
    }

    /// Default ``DataPlaneName/petrel``.
    public var dataPlane: DataPlaneName
    /// The Envoy to run; nil takes the one on the `PATH`.
    public var envoyPath: String?
    /// Worker threads of the proxy; nil means one for each core.
    public var concurrency: Int?
    /// Loopback port of the xDS server; 0 takes any that is free.
    public var xdsPort: UInt16
    /// Default ``AccessLog/standardOutput``.
    public var accessLog: AccessLog
    /// Who is asked about names outside the mesh; empty means the servers of
    /// `/etc/resolv.conf`.
    public var dnsServers: [DNSServerAddress]

    /// How long nothing must change before changed files go into force. Default
    /// 30 ms; Istio's (`PILOT_DEBOUNCE_AFTER`) is 100 ms.
    public var debounceAfter: Duration = .milliseconds(30)
    /// How long a change waits at most while others follow. Default 10 s, Istio's
    /// (`PILOT_DEBOUNCE_MAX`).
    public var debounceMax: Duration = .seconds(10)

    public init(
        dataPlane: DataPlaneName = .petrel, envoyPath: String? = nil, concurrency: Int? = nil,
        xdsPort: UInt16 = 0, accessLog: AccessLog = .standardOutput, dnsServers: [DNSServerAddress] = []
    ) {
        self.dataPlane = dataPlane
        self.envoyPath = envoyPath
        self.concurrency = concurrency
        self.xdsPort = xdsPort
        self.accessLog = accessLog
        self.dnsServers = dnsServers
    }
}
