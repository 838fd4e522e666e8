// What is sent on: path, Host, headers, redirects, and the settings that
// several levels of the configuration may hold.

/// What formatters and header changes may refer to.
public struct FormatContext {
    /// The client's connection.
    public var facts: ConnectionFacts
    /// The request as it was received (and matched).
    public var request: RequestView
    /// The chosen cluster's name.
    public var upstreamCluster = FlatText()
    /// The endpoint's address, once it is chosen.
    public var upstreamAddress: IPAddress?
    /// The endpoint's port.
    public var upstreamPort: UInt16 = 0
    /// The endpoint's host name.
    public var upstreamHostname = FlatText()
    /// When the request began, in nanoseconds since 1970.
    public var startNanoseconds: UInt64 = 0
    /// Which attempt this is, from 1.
    public var attempt: UInt32 = 1
    /// Envoy's response flags.
    public var responseFlags: StaticString = "-"
    /// Name of the proxy's machine.
    public var hostname = UnsafeBufferPointer<UInt8>(start: nil, count: 0)
    /// The chosen route's name.
    public var routeName = FlatText()
    /// The chosen virtual host's name.
    public var virtualHostName = FlatText()
    /// Whether the client speaks HTTP/2.
    public var isHTTP2 = false
    /// Bytes that response header ranges count in; empty before the answer.
    public var responseBytes = UnsafeBufferPointer<UInt8>(start: nil, count: 0)
    /// Response headers, for changes of responses.
    public var responseHeaders = UnsafeBufferPointer<HeaderField>(start: nil, count: 0)
    /// Status of the answer; 0 before there is one.
    public var responseStatus: UInt16 = 0

    /// A context of a request that is not yet sent on.
    public init(facts: ConnectionFacts, request: RequestView) {
        self.facts = facts
        self.request = request
    }
}

/// Header changes of one request or answer in the order they are to be made.
public struct MutationLayers: BitwiseCopyable, Sendable {
    var first = FlatArray<HeaderMutation>()
    var second = FlatArray<HeaderMutation>()
    var third = FlatArray<HeaderMutation>()
    var fourth = FlatArray<HeaderMutation>()

    /// No changes.
    public init() {}

    init(
        first: FlatArray<HeaderMutation>, second: FlatArray<HeaderMutation>, third: FlatArray<HeaderMutation>,
        fourth: FlatArray<HeaderMutation>
    ) {
        self.first = first
        self.second = second
        self.third = third
        self.fourth = fourth
    }

    /// Whether there is nothing to change: the usual case.
    public var isEmpty: Bool {
        first.isEmpty && second.isEmpty && third.isEmpty && fourth.isEmpty
    }

    /// Number of layers, some of which may be empty.
    public var count: Int { 4 }

    /// One layer.
    public subscript(index: Int) -> FlatArray<HeaderMutation> {
        switch index {
        case 0: first
        case 1: second
        case 2: third
        default: fourth
        }
    }
}

extension MutationLayers {
    /// One layer of changes.
    public init(_ mutations: FlatArray<HeaderMutation>) {
        self.init()
        first = mutations
    }
}

extension TrafficTables {
    /// Whether the path sent on differs from the one received.
    public func rewritesPath(_ decision: RequestDecision) -> Bool {
        route(of: decision).pathRewrite != .none
    }

    /// Writes the path with query that is sent to the origin.
    public func writePath(_ decision: RequestDecision, _ context: FormatContext, into writer: inout ByteWriter) {
        let configuration = routeConfiguration(of: decision)
        let host = configuration[0].virtualHosts[Int(decision.virtualHost)]
        host.routes[Int(decision.route)].writePath(
            host.matchers[Int(decision.route)], context, into: &writer)
    }

    /// Whether Host sent on differs from the one received.
    public func rewritesAuthority(_ decision: RequestDecision) -> Bool {
        let route = route(of: decision)
        if decision.target >= 0, !route.clusters[Int(decision.target)].hostRewrite.isEmpty { return true }
        return route.hostRewrite != .none
    }

    /// Writes Host (`:authority`) that is sent to the origin; true when the route replaced the one received, which the
    /// origin is then told (Envoy doesn't tell it of the rewrite of a weighted cluster). `endpointHostname` is the chosen
    /// endpoint's, for automatic rewrites.
    @discardableResult
    public func writeAuthority(
        _ decision: RequestDecision, _ context: FormatContext, endpointHostname: FlatText,
        into writer: inout ByteWriter
    ) -> Bool {
        let route = route(of: decision)
        if decision.target >= 0 {
            let own = route.clusters[Int(decision.target)].hostRewrite
            if !own.isEmpty {
                writer.append(own)
                return false
            }
        }
        return route.writeAuthority(context, endpointHostname: endpointHostname, into: &writer)
    }

    /// Whether Host becomes the name of the endpoint that is chosen.
    public func namesEndpoint(_ decision: RequestDecision) -> Bool {
        let route = route(of: decision)
        if decision.target >= 0, !route.clusters[Int(decision.target)].hostRewrite.isEmpty { return false }
        return route.hostRewrite == .automatic
    }

    /// Writes the `location` of a redirect decision (a redirect route, or
    /// ``Reason/tlsRequired``).
    public func writeLocation(_ decision: RequestDecision, _ context: FormatContext, into writer: inout ByteWriter) {
        let host = routeConfiguration(of: decision)[0].virtualHosts[Int(decision.virtualHost)]
        if decision.reason == .tlsRequired {
            writer.append("https://")
            writer.append(context.request[context.request.authority])
            writer.append(context.request[context.request.path])
            return
        }
        host.routes[Int(decision.route)].writeLocation(
            host.matchers[Int(decision.route)], context, into: &writer)
    }

    /// Request header changes, in order.
    public func requestMutations(_ decision: RequestDecision) -> MutationLayers {
        mutations(decision, response: false)
    }

    /// Response header changes, in order. They apply to answers of the proxy
    /// itself too (direct responses, redirects) once a route was found.
    public func responseMutations(_ decision: RequestDecision) -> MutationLayers {
        mutations(decision, response: true)
    }

    /// Writes a header value.
    public func writeValue(_ template: ValueTemplate, _ context: FormatContext, into writer: inout ByteWriter) {
        template.write(context, into: &writer)
    }

    /// The retry policy in force: zero or one element.
    public func retryPlan(_ decision: RequestDecision) -> FlatArray<RetryPlan> {
        let own = route(of: decision).retry
        return own.isEmpty ? virtualHost(of: decision).retry : own
    }

    /// The mirrors in force.
    public func mirrors(_ decision: RequestDecision) -> FlatArray<MirrorPlan> {
        let own = route(of: decision).mirrors
        if !own.isEmpty { return own }
        let host = virtualHost(of: decision).mirrors
        return host.isEmpty ? routeConfiguration(of: decision)[0].mirrors : host
    }

    /// The HTTP filters of a request's connection manager, in order.
    public func filters(of decision: RequestDecision) -> FlatArray<HTTPFilterPlan> {
        listeners[Int(decision.listener)].chains[Int(decision.chain)].manager[0].filters
    }

    /// The cluster of a mirror, by name or by the request header that names it; nil when there is none.
    public func mirrorCluster(_ mirror: MirrorPlan, _ request: RequestView) -> Int? {
        if !mirror.cluster.name.isEmpty { return cluster(mirror.cluster) }
        return request.firstHeader(mirror.clusterHeader.buffer).flatMap { cluster(named: request[$0]) }
    }

    /// Fault injection of one filter in force: zero or one element. Its conditions
    /// (``FaultPlan/applies(to:)``) and the dice are the caller's.
    public func faultPlan(_ decision: RequestDecision, _ filter: HTTPFilterPlan) -> FlatArray<FaultPlan> {
        var plan = filter.fault
        if let override = override(filter.name, of: decision) {
            if override.disabled { return FlatArray() }
            plan = override.fault
        } else if filter.disabled {
            return FlatArray()
        }
        return plan
    }

    /// CORS in force: zero or one element.
    public func corsPlan(_ decision: RequestDecision) -> FlatArray<CORSPlan> {
        guard let filter = filter(.cors, of: decision) else { return FlatArray() }
        return corsPlan(decision, filter)
    }

    /// CORS of one filter in force: zero or one element.
    public func corsPlan(_ decision: RequestDecision, _ filter: HTTPFilterPlan) -> FlatArray<CORSPlan> {
        // Envoy looks at policies of routes to a cluster only.
        guard decision.route >= 0, route(of: decision).action == .forward else { return FlatArray() }
        if let override = override(filter.name, of: decision) {
            return override.disabled ? FlatArray() : override.cors
        }
        return decision.route >= 0 && !filter.disabled ? route(of: decision).cors : FlatArray()
    }

    /// The local rate limit of one filter in force: zero or one element.
    public func rateLimit(_ decision: RequestDecision, _ filter: HTTPFilterPlan) -> FlatArray<RateLimitPlan> {
        if let override = override(filter.name, of: decision) {
            return override.disabled ? FlatArray() : override.rateLimit
        }
        return filter.disabled ? FlatArray() : filter.rateLimit
    }

    /// Whether an upgrade (`websocket`, `CONNECT`, in any case) may go through:
    /// the route decides first, then the connection manager.
    public func allowsUpgrade(_ decision: RequestDecision, to type: UnsafeBufferPointer<UInt8>) -> Bool {
        if decision.route >= 0 {
            for upgrade in route(of: decision).upgrades
            where ByteComparison.equalIgnoringCase(upgrade.type.buffer, type) {
                return upgrade.enabled
            }
        }
        for upgrade in manager(of: decision).upgrades
        where ByteComparison.equalIgnoringCase(upgrade.type.buffer, type) {
            return upgrade.enabled
        }
        return false
    }

    /// Whether the proxy accepts a CONNECT itself and sends the payload on as bytes (`connect_config`).
    public func terminatesConnect(_ decision: RequestDecision) -> Bool {
        route(of: decision).upgrades.contains { $0.terminatesConnect && $0.type.string.uppercased() == "CONNECT" }
    }

    /// The hash that picks an endpoint under ring hash and Maglev, and the cookie that is to be made for the client.
    public func hash(_ decision: RequestDecision, _ context: FormatContext) -> RequestHash {
        route(of: decision).hash(context)
    }

    /// Writes the server name of the ClientHello to an endpoint; nothing when
    /// none is sent. `authority` is Host as it is sent to the origin (rewritten).
    public func writeServerName(
        _ tls: TLSPlan, authority: UnsafeBufferPointer<UInt8>, endpointHostname: FlatText, request: RequestView?,
        into writer: inout ByteWriter
    ) {
        switch tls.serverName {
        case .none: break
        case .fixed: writer.append(tls.serverNameText)
        case .endpointHost: writer.append(endpointHostname)
        case .requestHost:
            guard let request else { return writer.append(tls.serverNameText) }
            var host = authority
            if !tls.serverNameHeader.isEmpty, let value = request.firstHeader(tls.serverNameHeader.buffer) {
                host = request[value]
            }
            host = HostText.withoutPort(host)
            // RFC 6066: an address is no server name.
            if IPAddress(bytes: HostText.withoutBrackets(host)) == nil { writer.append(host) }
        }
    }
}
