/// Why a connection or request ended as it did: a stable code, the same in
/// answers, logs, metrics, `petrel explain` and `petrel test`.
public enum Reason: UInt8, BitwiseCopyable, Sendable, CaseIterable {
    /// Nothing was refused.
    case none
    case noListener
    case noFilterChain
    case ambiguousFilterChain
    case noVirtualHost
    case noRoute
    case tlsRequired
    case invalidMTLS
    case protocolError
    case noCluster
    case noEndpoint
    case blackHole
    case deniedByPolicy
    case noRouteConfiguration
    case unsupportedAction
    case faultAborted
    case rateLimited
    case upgradeRefused
    case upstreamConnectFailure
    case upstreamTLSFailure
    case upstreamReset
    case upstreamTimeout
    case upstreamOverflow
    case dnsFailure
    case retryLimit
    case downstreamProtocolError
    case downstreamClosed
    case requestTooLarge
    case overloaded
    case streamIdleTimeout
    case certificateExpired
    case certificateUntrusted
    case certificateNameMismatch
    case certificateRevoked
    case routingLoop
    case maximumDuration
}

extension Reason {
    /// The code, as it is written everywhere; empty for ``none``.
    public var code: StaticString {
        switch self {
        case .none: ""
        case .noListener: "no-listener"
        case .noFilterChain: "no-filter-chain"
        case .ambiguousFilterChain: "ambiguous-filter-chain"
        case .noVirtualHost: "no-virtual-host"
        case .noRoute: "no-route"
        case .tlsRequired: "tls-required"
        case .invalidMTLS: "invalid-mtls"
        case .protocolError: "protocol-error"
        case .noCluster: "no-cluster"
        case .noEndpoint: "no-endpoint"
        case .blackHole: "black-hole"
        case .deniedByPolicy: "denied-by-policy"
        case .noRouteConfiguration: "no-route-configuration"
        case .unsupportedAction: "unsupported-action"
        case .faultAborted: "fault-aborted"
        case .rateLimited: "rate-limited"
        case .upgradeRefused: "upgrade-refused"
        case .upstreamConnectFailure: "upstream-connect-failure"
        case .upstreamTLSFailure: "upstream-tls-failure"
        case .upstreamReset: "upstream-reset"
        case .upstreamTimeout: "upstream-timeout"
        case .upstreamOverflow: "upstream-overflow"
        case .dnsFailure: "dns-failure"
        case .retryLimit: "retry-limit"
        case .downstreamProtocolError: "downstream-protocol-error"
        case .downstreamClosed: "downstream-closed"
        case .requestTooLarge: "request-too-large"
        case .overloaded: "overloaded"
        case .streamIdleTimeout: "stream-idle-timeout"
        case .certificateExpired: "certificate-expired"
        case .certificateUntrusted: "certificate-untrusted"
        case .certificateNameMismatch: "certificate-name-mismatch"
        case .certificateRevoked: "certificate-revoked"
        case .routingLoop: "routing-loop"
        case .maximumDuration: "maximum-duration"
        }
    }

    /// Envoy's response flag beside the code; `-` where Envoy has none.
    public var responseFlag: StaticString {
        switch self {
        case .none, .tlsRequired, .unsupportedAction: "-"
        case .noListener, .noFilterChain, .ambiguousFilterChain, .noVirtualHost, .noRoute, .noRouteConfiguration: "NR"
        case .noCluster: "NC"
        case .noEndpoint, .blackHole: "UH"
        case .deniedByPolicy: "UAEX"
        case .invalidMTLS, .downstreamProtocolError, .upgradeRefused, .requestTooLarge: "DPE"
        case .protocolError: "UPE"
        case .faultAborted: "FI"
        case .rateLimited: "RL"
        case .upstreamConnectFailure, .upstreamTLSFailure, .certificateExpired, .certificateUntrusted,
            .certificateNameMismatch, .certificateRevoked:
            "UF"
        case .upstreamReset: "UC"
        case .upstreamTimeout: "UT"
        case .upstreamOverflow: "UO"
        case .dnsFailure: "DF"
        case .retryLimit: "URX"
        case .downstreamClosed: "DC"
        case .overloaded: "OM"
        case .streamIdleTimeout: "SI"
        case .routingLoop: "NR"
        case .maximumDuration: "DT"
        }
    }

    /// HTTP status of the answer that the proxy itself gives; 0 where a
    /// connection is closed without one.
    public var status: UInt16 {
        switch self {
        case .none, .noListener, .noFilterChain, .ambiguousFilterChain, .invalidMTLS, .downstreamClosed: 0
        case .noVirtualHost, .noRoute, .noRouteConfiguration: 404
        case .tlsRequired: 301
        case .deniedByPolicy, .upgradeRefused: 403
        case .rateLimited: 429
        case .protocolError, .downstreamProtocolError: 400
        case .requestTooLarge: 431
        case .upstreamTimeout, .maximumDuration: 504
        case .streamIdleTimeout: 408
        case .unsupportedAction: 501
        case .noCluster, .noEndpoint, .blackHole, .faultAborted, .upstreamConnectFailure, .upstreamTLSFailure,
            .upstreamReset, .upstreamOverflow, .dnsFailure, .retryLimit, .overloaded, .certificateExpired,
            .certificateUntrusted, .certificateNameMismatch, .certificateRevoked:
            503
        case .routingLoop: 508
        }
    }
}

extension Reason: CustomStringConvertible {
    public var description: String { code.description }
}
