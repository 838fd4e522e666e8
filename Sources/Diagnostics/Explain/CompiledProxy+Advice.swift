internal import ServiceRegistry

extension CompiledProxy {
    /// What to do about a refusal, or about what will most likely not work.
    func advice(_ explanation: Explanation, _ query: TrafficQuery) -> [String] {
        refusalAdvice(explanation) + doubts(explanation, query)
    }

    /// The two mistakes people make most: TLS in TLS, and no TLS at all.
    private func doubts(_ explanation: Explanation, _ query: TrafficQuery) -> [String] {
        guard explanation.verdict == "allowed", !explanation.cluster.isEmpty else { return [] }
        let originates = explanation.upstream.tls != "none"
        if query.tls != .plaintext, originates, explanation.routeConfig.isEmpty {
            return [
                "The client's own TLS goes into a second TLS, which the origin won't understand: "
                    + "send plain http to a port that is rewritten, or drop tls from the DestinationRule for this port."
            ]
        }
        if !explanation.routeConfig.isEmpty, !originates, explanation.endpoints.contains(where: { $0.port == 443 }) {
            return [
                "The request goes to port 443 in plain text: add a DestinationRule with tls mode SIMPLE for the host."
            ]
        }
        return []
    }

    private func refusalAdvice(_ explanation: Explanation) -> [String] {
        switch explanation.reason {
        case "no-listener":
            ["Nothing listens on port \(explanation.port): add a server with that port to a Gateway that selects this proxy."]
        case "no-filter-chain":
            ["No chain of \(explanation.listener) takes this connection: check SNI, port and address."]
        case "ambiguous-filter-chain":
            ["Two servers ask for the same hosts on one port: give them different hosts."]
        case "no-virtual-host":
            ["Declare the host in a ServiceEntry with an HTTP port \(explanation.port), or send a Host that is declared."]
        case "no-route":
            ["No route of \(explanation.virtualHost) takes this path: add a match, or a last http entry without one."]
        case "tls-required": ["The gateway redirects plain requests: use https, or drop httpsRedirect."]
        case "protocol-error":
            ["The port speaks another protocol than the client: correct the port's protocol in the ServiceEntry."]
        case "invalid-mtls": ["The gateway asks for a client certificate: show one, or use tls mode SIMPLE."]
        case "no-cluster":
            ["The route's destination does not exist: check host, port and subset of the VirtualService's destination."]
        case "no-endpoint": ["The destination has no endpoint: add endpoints, or a resolution that finds some."]
        case "black-hole":
            [
                "The mesh lets only declared services out (outboundTrafficPolicy REGISTRY_ONLY): "
                    + "declare this host in a ServiceEntry, or set ALLOW_ANY."
            ]
        case "denied-by-policy": ["An AuthorizationPolicy refuses it: see the policy above."]
        case "no-route-configuration": ["The control plane has not sent the routes: see petrel xds."]
        case "" where explanation.route == "block_all":
            [
                "The mesh lets only declared hosts out (outboundTrafficPolicy REGISTRY_ONLY): "
                    + "declare this host in a ServiceEntry, or set ALLOW_ANY."
            ]
        default: []
        }
    }
}
