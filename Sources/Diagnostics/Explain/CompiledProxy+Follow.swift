internal import EnvoyAPI
internal import MeshAPI
internal import TrafficModel

extension CompiledProxy {
    /// Takes the way of one connection, and of the request on it.
    func follow(_ query: TrafficQuery, _ facts: ConnectionFacts, _ accepting: Int, _ explanation: inout Explanation) {
        var recorder = StepRecorder()
        // Weights are met by chance; the explanation takes the first share.
        let connection = tables.explain(facts, on: accepting, random: 0, recorder: &recorder)
        defer { explanation.because = recorder.steps.map { self.because($0, explanation) } }
        if connection.listener >= 0 { explanation.listener = tables.listeners[Int(connection.listener)].name.string }
        if connection.chain >= 0 { explanation.filterChain = tables.chain(of: connection).name.string }
        conclude(connection.verdict, connection.reason, &explanation)
        switch connection.handling {
        case .close:
            if connection.chain >= 0, let proxy = tables.chain(of: connection).tcpProxy.first, connection.target >= 0 {
                explanation.cluster = proxy.clusters[Int(connection.target)].cluster.name.string
            }
        case .tcp:
            describe(Int(connection.cluster), facts, nil, "", &explanation)
            // What the client protects itself goes through untouched.
            if query.tls != .plaintext, tables.chain(of: connection).downstreamTLS.isEmpty, explanation.upstream.tls == "none" {
                explanation.upstream.sni = query.sni.isEmpty ? Self.bare(query.host) : query.sni
            }
        case .http: request(query, facts, connection, &recorder, &explanation)
        }
    }

    private func conclude(_ verdict: Verdict, _ reason: Reason, _ explanation: inout Explanation) {
        explanation.verdict = verdict.description
        explanation.reason = reason.code.description
        explanation.responseFlag = reason.responseFlag.description
    }

    private func request(
        _ query: TrafficQuery, _ facts: ConnectionFacts, _ connection: ConnectionDecision,
        _ recorder: inout StepRecorder, _ explanation: inout Explanation
    ) {
        let terminates = !tables.chain(of: connection).downstreamTLS.isEmpty
        guard query.protocol != .tcp, terminates == (query.tls != .plaintext) else {
            conclude(.failed, .protocolError, &explanation)
            let what = query.protocol == .tcp ? "bytes that are no HTTP" : "TLS"
            recorder.record(
                DecisionStep(.filterChain, explanation.filterChain, .failed, "the chain speaks plain HTTP and \(what) came"))
            return
        }
        let text = RequestText(
            method: query.method.isEmpty ? "GET" : query.method, path: query.path.isEmpty ? "/" : query.path,
            authority: query.host, scheme: terminates ? "https" : "http",
            headers: query.headers.sorted { $0.key < $1.key }.map { RequestText.Header($0.key, $0.value) })
        let manager = tables.chain(of: connection).manager[0]
        normalized(text, manager).withView { view in
            let decision = tables.explain(view, on: connection, facts: facts, random: 0, recorder: &recorder)
            conclude(decision.verdict, decision.reason, &explanation)
            explanation.status = Int(decision.status)
            fill(decision, view, facts, manager, &explanation)
        }
    }

    private func normalized(_ request: RequestText, _ manager: ConnectionManagerPlan) -> RequestText {
        var request = request
        var path = request.path
        var outcome = PathNormalization.unchanged
        let changed = ByteWriter.string { writer in
            outcome = path.withUTF8 { manager.normalize(path: $0, into: &writer) }
        }
        if outcome == .changed { request.path = changed }
        return request
    }

    private func fill(
        _ decision: RequestDecision, _ view: RequestView, _ facts: ConnectionFacts, _ manager: ConnectionManagerPlan,
        _ explanation: inout Explanation
    ) {
        explanation.routeConfig =
            tables.routeConfiguration(of: decision).first?.name.string ?? manager.routeConfigurationName.string
        guard decision.virtualHost >= 0 else { return }
        explanation.virtualHost = tables.virtualHost(of: decision).name.string
        let context = FormatContext(facts: facts, request: view)
        if decision.status / 100 == 3 {
            explanation.location = ByteWriter.string { tables.writeLocation(decision, context, into: &$0) }
        }
        guard decision.route >= 0 else { return }
        let route = tables.route(of: decision)
        explanation.route = route.name.string
        if decision.target >= 0 {
            explanation.cluster = route.clusters[Int(decision.target)].cluster.name.string
        }
        guard decision.cluster >= 0 else { return }
        explanation.timeoutMilliseconds = route.timeoutMilliseconds
        explanation.retry = tables.retryPlan(decision).first.map(Self.describe)
        explanation.requestHeaders = changes(tables.requestMutations(decision), context)
        explanation.responseHeaders = changes(tables.responseMutations(decision), context)
        let hostname = tables.endpoints(ofCluster: Int(decision.cluster)).first?.hostname ?? FlatText()
        explanation.upstream.path = ByteWriter.string { tables.writePath(decision, context, into: &$0) }
        explanation.upstream.authority = ByteWriter.string {
            tables.writeAuthority(decision, context, endpointHostname: hostname, into: &$0)
        }
        explanation.upstream.host = Self.bare(explanation.upstream.authority)
        describe(Int(decision.cluster), facts, view, explanation.upstream.authority, &explanation)
    }

    private func describe(
        _ index: Int, _ facts: ConnectionFacts, _ request: RequestView?, _ authority: String,
        _ explanation: inout Explanation
    ) {
        let cluster = tables.clusters[index]
        let endpoints = tables.endpoints(ofCluster: index)
        explanation.cluster = cluster.name.string
        explanation.endpoints = endpoints.map {
            Explanation.Endpoint(
                address: $0.host.isEmpty ? $0.unixPath.string : $0.host.string, port: Int($0.port), weight: Int($0.weight),
                priority: Int($0.priority), locality: $0.locality.string)
        }
        if cluster.discovery == .originalDestination {
            let port = cluster.upstreamPortOverride == 0 ? facts.destinationPort : cluster.upstreamPortOverride
            explanation.endpoints = [
                Explanation.Endpoint(
                    address: facts.destinationAddress.description, port: Int(port), weight: 1, priority: 0, locality: "")
            ]
        }
        let plan = endpoints.first.map { cluster.tlsPlan(for: $0) } ?? cluster.tls
        guard let tls = plan.first else { return }
        var host = authority
        explanation.upstream.sni = host.withUTF8 { authority in
            ByteWriter.string {
                tables.writeServerName(
                    tls, authority: authority, endpointHostname: endpoints.first?.hostname ?? FlatText(),
                    request: request, into: &$0)
            }
        }
        explanation.upstream.tls = describe(tls, explanation.upstream)
    }

    private func describe(_ tls: TLSPlan, _ upstream: Explanation.Upstream) -> String {
        guard tls.verifiesChain else { return "TLS, the certificate is not verified" }
        let trust =
            switch tls.trust.kind {
            case .system: "the system's roots"
            case .file: tls.trust.path.string
            case .secret: Self.trustName(tls.trust.path.string)
            case .inline: "roots in the configuration"
            case .none: "nothing"
            }
        var names = tls.names.map { $0.matcher.description }
        if tls.verifiesServerName, !upstream.sni.isEmpty { names.append("\"\(upstream.sni)\"") }
        let name = names.isEmpty ? "any name" : "name \(names.joined(separator: " or "))"
        let client = tls.certificate.kind == .none ? "" : ", with a client certificate"
        return "TLS verified against \(trust), \(name)\(client)"
    }

    /// In words, what a name that Istio's agent serves stands for.
    private static func trustName(_ secret: String) -> String {
        if secret == "file-root:system" { return "the system's roots" }
        return secret.hasPrefix("file-root:") ? String(secret.dropFirst("file-root:".count)) : "secret \(secret)"
    }

    private func because(_ step: DecisionStep, _ explanation: Explanation) -> Explanation.Because {
        let origin = origin(of: step, explanation)
        return Explanation.Because(
            subject: step.subject.rawValue, name: step.name, outcome: step.outcome.rawValue, detail: step.detail,
            object: origin.map { "\($0.object)" } ?? "", location: origin?.location)
    }

    private func origin(of step: DecisionStep, _ explanation: Explanation)
        -> (object: ObjectReference, location: SourceLocation?)?
    {
        switch step.subject {
        case .listener: origin(.listener(step.name))
        case .filterChain:
            origin(.listener("\(explanation.listener)/\(explanation.cluster)")) ?? origin(.listener(explanation.listener))
        case .routeConfiguration: origin(.route(step.name))
        case .virtualHost, .route, .redirect, .directResponse:
            origin(.route("\(explanation.routeConfig)/\(explanation.virtualHost)"))
        case .cluster: origin(.cluster(step.name))
        case .accessRules: policy(named: step.name) ?? policy(of: explanation)
        }
    }
}
