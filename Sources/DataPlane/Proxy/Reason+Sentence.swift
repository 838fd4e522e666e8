internal import TrafficModel

extension Reason {
    /// What happened, for the person who reads the reply. `%` stands for the
    /// host that was asked for. Status and flag stand beside the code, in
    /// `TrafficModel`; this is the only place with the words.
    var sentence: String {
        switch self {
        case .none: "The request to % was answered by the proxy."
        case .noListener: "No listener takes connections to %."
        case .noFilterChain, .ambiguousFilterChain: "No filter chain takes this connection to %."
        case .noVirtualHost: "The mesh declares no service with the host %, and calls to undeclared hosts are refused."
        case .noRoute: "The host % is declared, but no route of it takes this request."
        case .noRouteConfiguration: "The routes for % have not arrived."
        case .tlsRequired: "Requests to % must use https."
        case .invalidMTLS: "The client's certificate was not accepted."
        case .protocolError: "The upstream % did not answer in valid HTTP."
        case .noCluster: "The route for % leads to a cluster that does not exist."
        case .noEndpoint: "The service behind % has no endpoint."
        case .blackHole: "Calls to % are refused: nothing declares where they may go."
        case .deniedByPolicy: "A policy refuses this request to %."
        case .unsupportedAction: "The configuration for % asks for something this proxy does not do."
        case .faultAborted: "A fault configured for % ended this request."
        case .rateLimited: "Too many requests to %."
        case .upgradeRefused: "The upgrade asked for is not allowed on %."
        case .upstreamConnectFailure: "No connection could be made to the upstream of %."
        case .upstreamTLSFailure: "TLS could not be established with the upstream of %."
        case .certificateExpired, .certificateUntrusted, .certificateNameMismatch, .certificateRevoked:
            "The certificate of the upstream of % was not accepted."
        case .upstreamReset: "The upstream of % broke the connection."
        case .upstreamTimeout: "The upstream of % did not answer in time."
        case .upstreamOverflow: "The limits set for % are reached."
        case .dnsFailure: "The name of the upstream of % could not be resolved."
        case .retryLimit: "All attempts to reach % failed."
        case .downstreamProtocolError: "The request is not valid HTTP."
        case .downstreamClosed: "The client went away."
        case .requestTooLarge: "The request's head is too large."
        case .overloaded: "The proxy is overloaded."
        case .streamIdleTimeout: "Nothing moved on the request to % for too long."
        case .maximumDuration: "The request to % took longer than any request may."
        case .routingLoop: "The request to % came back to the proxy that sent it."
        }
    }
}
