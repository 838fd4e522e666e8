internal import CPetrelSystem
internal import TrafficModel

extension Worker {
    /// Answers a request without its upstream, and ends the exchange. The
    /// body says which host was asked for, the reason, and what to do.
    mutating func reply(_ exchange: ExchangePointer, status: Int, _ reason: Reason, detail: String) {
        guard let downstream = exchange.pointee.downstream else { return abandon(exchange) }
        if exchange.pointee.upstream != nil { detachUpstream(exchange, mayStay: false) }
        if exchange.pointee.flags.contains(.responseStarted) { return cutDownstream(exchange) }
        let status = status > 0 ? status : 503
        exchange.pointee.status = UInt16(truncatingIfNeeded: status)
        exchange.pointee.reason = reason
        noteFailure(exchange, detail)
        let authority = exchange.pointee.bytes(exchange.pointee.authority)
        let host = authority.count > 0 ? String(decoding: authority, as: UTF8.self) : "this host"
        let flag = reason.responseFlag.description
        var body = reason.sentence.split(separator: "%", omittingEmptySubsequences: false).joined(separator: host)
        if !detail.isEmpty { body += "\n" + Self.capitalised(detail) }
        body += "\n\nhost:   \(host)\nreason: \(reason.code)\(flag == "-" ? "" : " (\(flag))")\n"
        if exchange.pointee.authority.count > 0 {
            let path = String(decoding: exchange.pointee.bytes(exchange.pointee.path), as: UTF8.self)
            body += "try:    \(settings.explainCommand) http://\(host)\(path.hasPrefix("/") ? path : "/")\n"
        }
        send(exchange, downstream, reason: reason, body: body, type: "text/plain", location: nil)
    }

    /// Keeps the words for the log, with the other words of the exchange.
    private mutating func noteFailure(_ exchange: ExchangePointer, _ detail: String) {
        guard settings.logFormat != nil, !detail.isEmpty, exchange.pointee.cluster != nil else { return }
        var text = detail
        let start = exchange.pointee.head.count
        text.withUTF8 { blocks.append(UnsafeRawBufferPointer($0), to: &exchange.pointee.head) }
        let count = exchange.pointee.head.count - start
        exchange.pointee.failure = Exchange.Run(start: UInt32(start), count: UInt32(count))
    }

    private static func capitalised(_ text: String) -> String {
        let sentence = text.prefix(1).uppercased() + text.dropFirst()
        return sentence.hasSuffix(".") ? sentence : sentence + "."
    }

    /// A direct response or redirect of the configuration.
    mutating func replyDirectly(
        _ exchange: ExchangePointer, _ parts: RequestParts, _ decision: RequestDecision, _ tables: TrafficTables,
        _ facts: ConnectionFacts
    ) {
        guard let downstream = exchange.pointee.downstream else { return finish(exchange) }
        var routeName = FlatText()
        if decision.reason != .tlsRequired, decision.route >= 0 {
            let route = tables.route(of: decision)
            routeName = route.name
            if route.action == .directResponse {
                if route.responseBody.isEmpty, route.name.string == "block_all" {
                    // Istio's `block_all`: 502 and not a word. We say the word.
                    return reply(exchange, status: Int(decision.status), .noVirtualHost, detail: "")
                }
                exchange.pointee.status = decision.status
                return send(
                    exchange, downstream, reason: .none, body: route.responseBody.string, type: "text/plain",
                    location: decision.status == 201 || decision.status / 100 == 3 ? ownLocation(parts) : nil)
            }
        }
        exchange.pointee.status = decision.status == 0 ? 301 : decision.status
        var context = FormatContext(facts: facts, request: parts.view)
        context.isHTTP2 = downstream.pointee.stream != nil
        context.routeName = routeName
        let location = withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 80_000) { memory in
            var writer = TrafficModel.ByteWriter(memory)
            tables.writeLocation(decision, context, into: &writer)
            return String(decoding: writer.written, as: UTF8.self)
        }
        send(exchange, downstream, reason: decision.reason, body: "", type: "", location: location)
    }

    /// How an answer of our own is told to a gRPC client; nil for others.
    private func grpcAnswer(_ exchange: ExchangePointer) -> GRPCAnswer? {
        guard exchange.pointee.flags.contains(.isGRPC) else { return nil }
        let own = exchange.pointee.replyGRPCStatus
        return own >= 0 ? GRPCAnswer(code: UInt8(own)) : GRPCAnswer(http: exchange.pointee.status)
    }

    /// Answers a CORS preflight.
    mutating func answerPreflight(_ exchange: ExchangePointer) {
        guard let downstream = exchange.pointee.downstream else { return finish(exchange) }
        exchange.pointee.status = 200
        send(exchange, downstream, reason: .none, body: "", type: "", location: nil)
    }

    /// Where the request went, for direct responses whose status asks for a location (RFC 9110, 10.2.2), as in Envoy.
    private func ownLocation(_ parts: RequestParts) -> String {
        func text(_ range: ByteRange) -> String { String(decoding: parts.view[range], as: UTF8.self) }
        return "\(text(parts.view.scheme))://\(text(parts.view.authority))\(text(parts.view.path))"
    }

    /// A redirect that no route asked for.
    mutating func redirect(_ exchange: ExchangePointer, to location: String, status: UInt16) {
        guard let downstream = exchange.pointee.downstream else { return finish(exchange) }
        exchange.pointee.status = status
        send(exchange, downstream, reason: .none, body: "", type: "", location: location)
    }

    /// Writes a complete response of our own.
    private mutating func send(
        _ exchange: ExchangePointer, _ downstream: ConnectionPointer, reason: Reason, body: String, type: String,
        location: String?
    ) {
        if !exchange.pointee.request.isDone {
            // The rest of the body would be read as the next request.
            exchange.pointee.flags.insert(.closeDownstream)
        }
        if drainDeadline != 0 { exchange.pointee.flags.insert(.closeDownstream) }
        exchange.pointee.flags.insert([.responseStarted, .localReply])
        let grpcAnswer = grpcAnswer(exchange)
        if grpcAnswer != nil { exchange.pointee.status = 200 }
        var writer = ByteWriter(UnsafeMutableRawBufferPointer(start: scratch, count: Self.scratchCapacity))
        writer.text("HTTP/1.1 ")
        writer.padded(UInt64(exchange.pointee.status), width: 3)
        writer.byte(0x20)
        writer.text(StatusText.of(Int(exchange.pointee.status)))
        writer.text("\r\n")
        let hasBody = !body.isEmpty && grpcAnswer == nil
        if let grpcAnswer { grpcAnswer.write(&writer, message: body) }
        if let location {
            writer.text("location: ")
            writer.string(location)
            writer.text("\r\n")
        }
        if reason != .none {
            writer.text("x-petrel-reason: ")
            writer.text(reason.code)
            writer.text("\r\n")
        }
        let edits = ownEdits(exchange, downstream)
        if hasBody, !(edits?.adds("content-type") ?? false) {
            writer.text("content-type: ")
            writer.string(type)
            writer.text("\r\n")
        }
        // A 204 must not declare any content (RFC 9110, 8.6).
        if exchange.pointee.status != 204, grpcAnswer == nil || downstream.pointee.stream == nil {
            writer.text("content-length: ")
            writer.number(hasBody ? UInt64(body.utf8.count) : 0)
            writer.text("\r\n")
        }
        if exchange.pointee.status == 426 { writer.text("upgrade: HTTP/1.1\r\n") }
        writeAttempts(exchange, &writer)
        edits?.write(&writer)
        let manager = managerPlan(exchange)
        if let manager { writeOwnLines(exchange, manager[0], isViaWritten: false, &writer) }
        if !(edits?.adds("date") ?? false) { writeDate(&writer) }
        writer.text("server: ")
        if let manager, !manager[0].serverName.isEmpty {
            writer.bytes(UnsafeRawBufferPointer(manager[0].serverName.buffer))
        } else {
            writer.text("envoy")
        }
        writer.text("\r\n")
        if exchange.pointee.flags.contains(.closeDownstream) { writer.text("connection: close\r\n") }
        writer.text("\r\n")
        if hasBody, !exchange.pointee.flags.contains(.isHead) {
            writer.string(body)
            exchange.pointee.bytesSent = UInt64(body.utf8.count)
        }
        exchange.pointee.request.finish()
        let alive = transmit(downstream, writer.written)
        finish(exchange)
        if alive { continueDownstream(downstream) } else { closeDownstream(downstream) }
    }

    /// Response header changes of the route apply to our own answers too.
    private mutating func ownEdits(_ exchange: ExchangePointer, _ downstream: ConnectionPointer) -> HeaderEdits? {
        guard let snapshot = exchange.pointee.snapshot, let decision = exchange.pointee.decision else { return nil }
        // Only the router makes the changes of the route: not before it.
        let isRouted = decision.route >= 0 && !exchange.pointee.flags.contains(.preflight)
        let layers = isRouted ? snapshot.pointee.tables.responseMutations(decision) : MutationLayers()
        let own = exchange.pointee.replyHeaders
        let isCORS = exchange.pointee.origin.count > 0 || exchange.pointee.flags.contains(.preflight)
        if layers.isEmpty, own.isEmpty, !isCORS { return nil }
        let room = UnsafeMutableBufferPointer(start: scratch + 192 * 1024, count: 64 * 1024)
        var edits = HeaderEdits(memory: room)
        var context = requestContext(exchange, downstream)
        context.responseStatus = exchange.pointee.status
        let none = UnsafeBufferPointer<HeaderField>(start: nil, count: 0)
        let empty = UnsafeBufferPointer<UInt8>(start: nil, count: 0)
        edits.apply(layers, snapshot.pointee.tables, context, fields: none, bytes: empty)
        edits.apply(own, snapshot.pointee.tables, context, fields: none, bytes: empty)
        allowOrigin(exchange, &edits, fields: none, bytes: empty)
        edits.remove("server", fields: none, bytes: empty)
        return edits
    }

    // MARK: - Time limits

    /// A connection's timer fired.
    mutating func timedOut(_ connection: ConnectionPointer) {
        switch connection.pointee.role {
        case .unused: return
        case .inspecting: inspectionTimedOut(connection)
        case .securing: securingFailed(connection, TLSFailure(kind: .timedOut, detail: "no end within its time"))
        case .downstreamHTTP:
            if connection.pointee.exchange != nil { return }
            if connection.pointee.flags.contains(.partialHead), let workload = connection.pointee.workload {
                let exchange = openExchange(connection, workload.pointee.snapshot)
                exchange.pointee.flags.insert(.closeDownstream)
                return reply(exchange, status: 408, .streamIdleTimeout, detail: "the request head did not arrive in time")
            }
            closeDownstream(connection)
        case .lingering: closeDownstream(connection)
        case .upstreamHTTP:
            if connection.pointee.flags.contains(.idle) { return closeUpstream(connection) }
            if !connection.pointee.flags.contains(.ready) {
                if startRival(connection) { return }
                connection.pointee.flags.insert(.timedOut)
                connectFailed(connection, .upstreamConnectFailure, "the connection was not made in time")
            }
        case .upstreamHTTP2 where !connection.pointee.flags.contains(.ready):
            connectFailed(connection, .upstreamConnectFailure, "the connection was not made in time")
        case .downstreamHTTP2, .upstreamHTTP2: carrierTimedOut(connection)
        case .relayUpstream where !connection.pointee.flags.contains(.ready):
            if startRival(connection) { return }
            connection.pointee.flags.insert(.timedOut)
            connectFailed(connection, .upstreamConnectFailure, "the connection was not made in time")
        case .relayDownstream, .relayUpstream: relayTimedOut(connection)
        case .probe: return
        case .dnsClient: close(connection)
        case .dnsUpstream: dnsStreamTimedOut(connection)
        }
    }
}
