internal import CPetrelSystem
internal import TrafficModel

extension Worker {
    /// Keeps what the log wants to know of the request.
    mutating func noteRequest(_ exchange: ExchangePointer, _ parts: RequestParts) {
        let body = exchange.pointee.request.isDone ? 0 : min(parts.count - head.pointee.count, 16 * 1024)
        exchange.pointee.head = blocks.allocate(atLeast: head.pointee.count * 2 + body + 600)
        exchange.pointee.method = keep(exchange, parts.buffer(head.pointee.method))
        exchange.pointee.path = keep(exchange, parts.buffer(parts.path))
        exchange.pointee.authority = keep(exchange, parts.buffer(parts.authority))
        for index in 0..<head.pointee.fieldCount where head.pointee.kind(index) == .forwardedFor {
            exchange.pointee.flags.insert(.forwardedFor)
        }
        guard settings.logFormat != nil else { return }
        for index in 0..<head.pointee.fieldCount {
            switch head.pointee.kind(index) {
            case .userAgent: exchange.pointee.userAgent = keep(exchange, parts.buffer(head.pointee.value(index)))
            case .forwardedFor: exchange.pointee.forwardedFor = keep(exchange, parts.buffer(head.pointee.value(index)))
            default: continue
            }
        }
    }

    @inline(__always)
    private mutating func keep(_ exchange: ExchangePointer, _ bytes: UnsafeBufferPointer<UInt8>) -> Exchange.Run {
        let start = exchange.pointee.head.count
        blocks.append(UnsafeRawBufferPointer(bytes), to: &exchange.pointee.head)
        return Exchange.Run(
            start: UInt32(truncatingIfNeeded: start), count: UInt32(truncatingIfNeeded: bytes.count))
    }

    /// Prepares the request for its cluster and sends it on its way.
    mutating func forward(
        _ exchange: ExchangePointer, _ connection: ConnectionPointer, _ parts: inout RequestParts,
        _ decision: RequestDecision, _ manager: FlatArray<ConnectionManagerPlan>, _ facts: ConnectionFacts,
        _ used: inout Int
    ) {
        guard let snapshot = exchange.pointee.snapshot, decision.cluster >= 0 else {
            return reply(exchange, status: 503, .noCluster, detail: "")
        }
        let tables = snapshot.pointee.tables
        let cluster = clusterState(snapshot, Int(decision.cluster))
        exchange.pointee.cluster = cluster
        cluster.pointee.uses += 1
        cluster.pointee.lastUse = milliseconds

        let configuration = tables.routeConfiguration(of: decision)
        let hosts = configuration[0].virtualHosts
        let routes = hosts[Int(decision.virtualHost)].routes
        let route = Int(decision.route)
        if routes[route].highPriority { exchange.pointee.flags.insert(.highPriority) }
        noteLimits(exchange, parts.view, routes[route], manager[0])
        noteRetries(exchange, parts.view, decision, routes[route].bufferLimit)
        noteMirrors(exchange, parts.view, decision, tables)
        if !routes[route].hashPolicies.isEmpty {
            let context = FormatContext(facts: facts, request: parts.view)
            let result = tables.hash(decision, context)
            if let hash = result.hash {
                exchange.pointee.hash = hash
                exchange.pointee.flags.insert(.hasHash)
            }
            exchange.pointee.cookiePolicy = result.cookiePolicy
            exchange.pointee.cookieValue = result.cookieValue
        }
        if !encodeRequest(exchange, parts, decision, manager, facts, hosts[Int(decision.virtualHost)].includesAttemptCount) {
            exchange.pointee.flags.insert(.closeDownstream)
            return reply(exchange, status: 431, .requestTooLarge, detail: "the head grew too large")
        }
        noteServerName(exchange)
        noteDestination(exchange, parts)
        if exchange.pointee.flags.contains(.connect) { return begin(exchange) }

        // What the client waits for before it sends its body.
        if parts.semantics.expectsContinue, !manager[0].proxiesContinue, !exchange.pointee.request.isDone {
            let text: StaticString = "HTTP/1.1 100 Continue\r\n\r\n"
            let interim = UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
            _ = transmit(connection, interim)
        }
        // The body's first bytes travel with the head, and can be sent again
        // with it.
        if !exchange.pointee.request.isDone, used < parts.count {
            let available = min(parts.count - used, 16 * 1024)
            let bytes = UnsafeRawBufferPointer(start: parts.received + used, count: available)
            guard let taken = appendBody(exchange, bytes) else { return }
            used += taken
            checkKeptBody(exchange)
        }
        begin(exchange)
    }

    /// Appends body bytes to the block of the head; nil when the exchange
    /// ended because they were malformed.
    private mutating func appendBody(_ exchange: ExchangePointer, _ bytes: UnsafeRawBufferPointer) -> Int? {
        var writer = ByteWriter(UnsafeMutableRawBufferPointer(start: scratch, count: Self.scratchCapacity))
        let result = convert(bytes, &exchange.pointee.request, &writer, chunked: exchange.pointee.request.isChunked)
        exchange.pointee.bytesReceived &+= UInt64(result.body)
        if result.violation != .none {
            refuseBody(exchange, result.violation)
            return nil
        }
        blocks.append(result.raw.count > 0 ? result.raw : writer.written, to: &exchange.pointee.head)
        return result.used
    }

    /// A header may say where a request of an ORIGINAL_DST cluster goes.
    private func noteDestination(_ exchange: ExchangePointer, _ parts: RequestParts) {
        guard let cluster = exchange.pointee.cluster, cluster.pointee.plan.discovery == .originalDestination,
            !cluster.pointee.plan.originalDestinationHeader.isEmpty
        else { return }
        let wanted = cluster.pointee.plan.originalDestinationHeader.buffer
        for index in 0..<head.pointee.fieldCount {
            guard ByteComparison.equalIgnoringCase(parts.buffer(head.pointee.name(index)), wanted) else { continue }
            let text = String(decoding: parts.buffer(head.pointee.value(index)), as: UTF8.self)
            exchange.pointee.flags.insert(.namesDestination)
            exchange.pointee.destination = ForwardTarget(authority: text, port: 0)?.address ?? petrel_address()
            return
        }
    }

    /// The server name that TLS to the upstream will ask for decides which
    /// waiting connections may be used.
    private mutating func noteServerName(_ exchange: ExchangePointer) {
        guard let cluster = exchange.pointee.cluster, cluster.pointee.plan.namesByRequest else { return }
        let name = exchange.pointee.bytes(exchange.pointee.upstreamAuthority)
        exchange.pointee.serverNameHash = ByteComparison.hashIgnoringCase(name.bindMemory(to: UInt8.self)) | 1
    }

    // MARK: - The head towards the upstream

    /// Writes the request head into the exchange's block.
    private mutating func encodeRequest(
        _ exchange: ExchangePointer, _ parts: RequestParts, _ decision: RequestDecision,
        _ manager: FlatArray<ConnectionManagerPlan>, _ facts: ConnectionFacts, _ attemptCount: Bool
    ) -> Bool {
        guard let snapshot = exchange.pointee.snapshot, let cluster = exchange.pointee.cluster else { return false }
        let tables = snapshot.pointee.tables
        let layers = tables.requestMutations(decision)
        let rewritesPath = tables.rewritesPath(decision)
        let rewritesHost = tables.rewritesAuthority(decision)
        let own = exchange.pointee.requestHeaders
        if layers.isEmpty, own.isEmpty, !rewritesPath, !rewritesHost {
            return writeRequest(
                exchange, parts, path: parts.buffer(parts.path), authority: parts.buffer(parts.authority), manager,
                attemptCount, edits: nil)
        }
        var context = FormatContext(facts: facts, request: parts.view)
        context.isHTTP2 = exchange.pointee.downstream?.pointee.stream != nil
        context.upstreamCluster = cluster.pointee.plan.name
        context.startNanoseconds = exchange.pointee.started &+ realtimeOffset
        context.hostname = hostname
        let route = tables.route(of: decision)
        context.routeName = route.name
        context.virtualHostName = tables.virtualHost(of: decision).name
        // The end of the scratch memory: its start is used for bodies.
        let room = UnsafeMutableBufferPointer(start: scratch, count: 128 * 1024)
        var pathWriter = TrafficModel.ByteWriter(UnsafeMutableBufferPointer(rebasing: room[0..<70_000]))
        var path = parts.buffer(parts.path)
        if rewritesPath {
            tables.writePath(decision, context, into: &pathWriter)
            if pathWriter.overflowed { return false }
            path = pathWriter.written
        }
        var hostWriter = TrafficModel.ByteWriter(UnsafeMutableBufferPointer(rebasing: room[70_000..<72_000]))
        let received = UnsafeRawBufferPointer(parts.buffer(parts.authority))
        var authority = parts.buffer(parts.authority)
        var renamed = false
        if rewritesHost {
            let hostname = endpointName(cluster, 0)
            renamed = tables.writeAuthority(decision, context, endpointHostname: hostname, into: &hostWriter)
            if hostWriter.overflowed { return false }
            if hostWriter.count > 0 { authority = hostWriter.written }
            if tables.namesEndpoint(decision) { exchange.pointee.flags.insert(.namesEndpoint) }
        }
        var edits = HeaderEdits(memory: UnsafeMutableBufferPointer(rebasing: room[72_000..<(128 * 1024)]))
        let fields = parts.view.headers
        edits.apply(own, tables, context, fields: fields, bytes: parts.view.bytes)
        edits.apply(layers, tables, context, fields: fields, bytes: parts.view.bytes)
        if renamed, route.appendsForwardedHost {
            appendForwardedHost(&edits, received, parts)
        }
        if !manager[0].suppressesEnvoyHeaders {
            if renamed { edits.set("x-envoy-original-host", received, fields: fields, bytes: parts.view.bytes) }
            if rewritesPath {
                edits.set(
                    "x-envoy-original-path", UnsafeRawBufferPointer(parts.buffer(parts.path)), fields: fields,
                    bytes: parts.view.bytes)
            }
        }
        if edits.overflowed { return false }
        return writeRequest(exchange, parts, path: path, authority: authority, manager, attemptCount, edits: edits)
    }

    /// The host as it was, behind those that other proxies replaced.
    private func appendForwardedHost(
        _ edits: inout HeaderEdits, _ host: UnsafeRawBufferPointer, _ parts: RequestParts
    ) {
        let name: StaticString = "x-forwarded-host"
        if let known = parts.view.firstHeader(name) {
            let last = parts.view[known].split(separator: 0x2c).last
            if let last, last.drop(while: { $0 == 0x20 }).elementsEqual(host) { return }
        }
        edits.join(
            UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount), host, fields: parts.view.headers,
            bytes: parts.view.bytes)
    }

    /// The name of an endpoint for automatic host rewrites: the one that is configured, or the one that was resolved.
    private func endpointName(_ cluster: ClusterPointer, _ place: Int) -> FlatText {
        let plans = cluster.pointee.snapshot.pointee.tables.endpoints(ofCluster: cluster.pointee.index)
        guard place >= 0, place < plans.count else { return FlatText() }
        if !plans[place].hostname.isEmpty { return plans[place].hostname }
        switch cluster.pointee.plan.discovery {
        case .strictDNS, .logicalDNS: return plans[place].host
        default: return FlatText()
        }
    }

    /// An endpoint is chosen: Host becomes its name, where the route says so. The head was written with the name of
    /// the first endpoint, which most clusters share.
    mutating func nameEndpoint(_ exchange: ExchangePointer, _ endpoint: EndpointPointer) {
        let name = endpointName(endpoint.pointee.cluster, endpoint.pointee.plan)
        let written = exchange.pointee.upstreamAuthority
        let known = exchange.pointee.bytes(written)
        if name.isEmpty || known.elementsEqual(name.buffer) { return }
        blocks.reserve(name.count, in: &exchange.pointee.head)
        let range = Int(written.start)..<Int(written.start) + Int(written.count)
        exchange.pointee.head.replace(range, with: UnsafeRawBufferPointer(name.buffer))
        exchange.pointee.moveRuns(behind: written.start, by: name.count - range.count)
        exchange.pointee.upstreamAuthority.count = UInt32(name.count)
        noteServerName(exchange)
    }

    private mutating func writeRequest(
        _ exchange: ExchangePointer, _ parts: RequestParts, path: UnsafeBufferPointer<UInt8>,
        authority: UnsafeBufferPointer<UInt8>, _ manager: FlatArray<ConnectionManagerPlan>, _ attemptCount: Bool,
        edits: HeaderEdits?
    ) -> Bool {
        let needed = head.pointee.count + path.count + authority.count + 512 + (edits?.written ?? 0)
        guard needed < 1 << 18 else { return false }
        blocks.reserve(needed, in: &exchange.pointee.head)
        let start = exchange.pointee.head.count
        exchange.pointee.sendStart = UInt32(truncatingIfNeeded: start)
        var writer = ByteWriter(exchange.pointee.head.tail)
        let semantics = parts.semantics

        writer.bytes(UnsafeRawBufferPointer(parts.buffer(head.pointee.method)))
        writer.byte(0x20)
        writer.bytes(UnsafeRawBufferPointer(exchange.pointee.flags.contains(.connect) ? authority : path))
        writer.text(" HTTP/1.1\r\nhost: ")
        exchange.pointee.upstreamAuthority = Exchange.Run(
            start: UInt32(truncatingIfNeeded: start + writer.count), count: UInt32(truncatingIfNeeded: authority.count))
        writer.bytes(UnsafeRawBufferPointer(authority))
        writer.text("\r\n")

        var hasProto = false
        var hasForwardedFor = false
        var hasVia = false
        let isFirstProxy = manager[0].usesRemoteAddress
        let replacesRequestID =
            isFirstProxy && manager[0].generatesRequestID && !manager[0].preservesExternalRequestID
        let expected = expectedMilliseconds(exchange)
        var grpcLimit = expected
        if grpcLimit == 0, exchange.pointee.limits.stream > 0 {
            grpcLimit = exchange.pointee.limits.stream &- exchange.pointee.started / 1_000_000
        }
        let saysGRPCTimeout = grpcLimit > 0 && exchange.pointee.flags.contains(.limitsGRPC)
        let upgrading = exchange.pointee.flags.contains(.upgrade)
        for index in 0..<head.pointee.fieldCount {
            switch head.pointee.kind(index) {
            case .host, .contentLength, .transferEncoding, .connection, .keepAlive, .proxyConnection,
                .http2Settings, .envoyUpstreamTimeout, .envoyExpectedTimeout, .envoyRetry, .envoyInternal:
                continue
            case .te:
                // Said again only if the client can take trailers.
                if asksForTrailers(index, parts) { writer.text("te: trailers\r\n") }
                continue
            case .upgrade where !upgrading: continue
            case .expect where !manager[0].proxiesContinue: continue
            case .envoyAttemptCount where attemptCount: continue
            case .forwardedProto where isFirstProxy && manager[0].trustedHops == 0: continue
            case .forwardedProto: hasProto = true
            case .forwardedClientCertificate where !manager[0].forwardsClientCertificate: continue
            case .envoyExternalAddress where isFirstProxy: continue
            case .requestID where replacesRequestID: continue
            case .grpcTimeout where saysGRPCTimeout: continue
            default: break
            }
            if head.pointee.name(index).isEmpty { continue }
            if semantics.nominatesFields, isNominated(index, parts) { continue }
            if let edits, edits.isDropped(index) { continue }
            let name = head.pointee.name(index)
            writer.lowercased(UnsafePointer(parts.bytes + name.lowerBound), name.count)
            writer.text(": ")
            let value = head.pointee.value(index)
            if index == semantics.requestID {
                exchange.pointee.requestID = Exchange.Run(
                    start: UInt32(truncatingIfNeeded: start + writer.count),
                    count: UInt32(truncatingIfNeeded: value.count))
            }
            writer.bytes(UnsafeRawBufferPointer(parts.buffer(value)))
            switch head.pointee.kind(index) {
            case .via where !hasVia && !manager[0].via.isEmpty:
                hasVia = true
                writer.text(", ")
                writer.bytes(UnsafeRawBufferPointer(manager[0].via.buffer))
            case .forwardedFor where !hasForwardedFor && isFirstProxy && !manager[0].skipsForwardedForAppend:
                hasForwardedFor = true
                writer.byte(0x2c)
                writePeer(exchange, &writer)
            default: break
            }
            writer.text("\r\n")
        }
        if isFirstProxy { writeClient(exchange, parts, manager, hasForwardedFor, &writer) }
        if !hasVia, !manager[0].via.isEmpty {
            writer.text("via: ")
            writer.bytes(UnsafeRawBufferPointer(manager[0].via.buffer))
            writer.text("\r\n")
        }
        if !hasProto {
            writer.text(parts.view.scheme.length == 5 ? "x-forwarded-proto: https\r\n" : "x-forwarded-proto: http\r\n")
        }
        if semantics.requestID < 0 || replacesRequestID, manager[0].generatesRequestID {
            writer.text("x-request-id: ")
            exchange.pointee.requestID = Exchange.Run(
                start: UInt32(truncatingIfNeeded: start + writer.count), count: 36)
            writeRequestID(&writer)
            writer.text("\r\n")
        }
        if saysGRPCTimeout { writeGRPCTimeout(exchange, grpcLimit, start, &writer) }
        if expected > 0, !manager[0].suppressesEnvoyHeaders {
            writer.text("x-envoy-expected-rq-timeout-ms: ")
            let before = writer.count
            writer.number(expected)
            exchange.pointee.expectedTimeout = Exchange.Run(
                start: UInt32(truncatingIfNeeded: start + before), count: UInt32(writer.count - before))
            writer.text("\r\n")
        }
        if attemptCount {
            writer.text("x-envoy-attempt-count: ")
            exchange.pointee.attemptCount = Exchange.Run(
                start: UInt32(truncatingIfNeeded: start + writer.count), count: 1)
            writer.text("1\r\n")
        }
        edits?.write(&writer)
        switch exchange.pointee.request.framing {
        case .length(let length):
            writer.text("content-length: ")
            writer.number(length)
            writer.text("\r\n")
        case .chunked: writer.text("transfer-encoding: chunked\r\n")
        case .none, .untilClose:
            // An empty body that was declared stays declared; one that the
            // method makes likely is declared, as Envoy does.
            if declaresEmptyBody(parts) { writer.text("content-length: 0\r\n") }
        }
        if upgrading { writer.text("connection: upgrade\r\n") }
        writer.text("\r\n")
        guard !writer.overflowed else { return false }
        exchange.pointee.head.filled(writer.count)
        return true
    }

    /// The time limit in the form of gRPC: at most eight digits.
    private func writeGRPCTimeout(
        _ exchange: ExchangePointer, _ expected: UInt64, _ start: Int, _ writer: inout ByteWriter
    ) {
        writer.text("grpc-timeout: ")
        let before = writer.count
        if expected < 100_000_000 {
            writer.number(expected)
            exchange.pointee.grpcTimeout = Exchange.Run(
                start: UInt32(truncatingIfNeeded: start + before), count: UInt32(writer.count - before))
            writer.text("m\r\n")
        } else {
            writer.number(min(expected / 1000, 99_999_999))
            writer.text("S\r\n")
        }
    }

    private func writePeer(_ exchange: ExchangePointer, _ writer: inout ByteWriter) {
        if let downstream = exchange.pointee.downstream { writer.ip(downstream.pointee.peer) }
    }

    /// What the first proxy of a chain says about its client (`use_remote_address`).
    private func writeClient(
        _ exchange: ExchangePointer, _ parts: RequestParts, _ manager: FlatArray<ConnectionManagerPlan>,
        _ hasForwardedFor: Bool, _ writer: inout ByteWriter
    ) {
        if !hasForwardedFor, !manager[0].skipsForwardedForAppend {
            writer.text("x-forwarded-for: ")
            writePeer(exchange, &writer)
            writer.text("\r\n")
        }
        writer.text("x-envoy-external-address: ")
        var facts = ConnectionFacts(destination: IPAddress(v4: 0), port: 0)
        let unknown = facts.sourceAddress
        facts.sourcePort = 1
        manager[0].trustForwardedFor(parts.view, &facts)
        if facts.sourcePort == 0, facts.sourceAddress != unknown {
            writer.ip(petrel_address(facts.sourceAddress, port: 0))
        } else {
            writePeer(exchange, &writer)
        }
        writer.text("\r\n")
    }

    private func asksForTrailers(_ index: Int, _ parts: RequestParts) -> Bool {
        let span = Span(_unsafeElements: UnsafeBufferPointer(start: parts.bytes, count: head.pointee.count))
        var found = false
        HTTP1Semantics.forEachToken(span, head.pointee.value(index)) { token in
            if HTTP1Semantics.equals(span, token, "trailers") { found = true }
        }
        return found
    }

    /// All methods but those that seldom have one, as in Envoy.
    private func declaresEmptyBody(_ parts: RequestParts) -> Bool {
        for index in 0..<head.pointee.fieldCount where head.pointee.kind(index) == .contentLength { return true }
        let method = parts.buffer(head.pointee.method)
        switch method.count {
        case 3: return method[0] != 0x47  // GET
        case 4: return method[0] != 0x48  // HEAD
        case 5: return method[0] != 0x54  // TRACE
        case 6: return method[0] != 0x44  // DELETE
        case 7: return method[0] != 0x43  // CONNECT
        default: return true
        }
    }

    /// A version 4 UUID from the worker's generator.
    private mutating func writeRequestID(_ writer: inout ByteWriter) {
        let high = random.next()
        let low = random.next()
        writer.hex(high >> 32, width: 8)
        writer.byte(0x2d)
        writer.hex((high >> 16) & 0xffff, width: 4)
        writer.text("-4")
        writer.hex(high & 0xfff, width: 3)
        writer.byte(0x2d)
        writer.hex(0x8000 | (low >> 48) & 0x3fff, width: 4)
        writer.byte(0x2d)
        writer.hex(low & 0xffff_ffff_ffff, width: 12)
    }

    /// Whether the connection header names this field.
    private func isNominated(_ index: Int, _ parts: RequestParts) -> Bool {
        let name = parts.buffer(head.pointee.name(index))
        let span = Span(_unsafeElements: UnsafeBufferPointer(start: parts.bytes, count: head.pointee.count))
        for other in 0..<head.pointee.fieldCount where head.pointee.kind(other) == .connection {
            var found = false
            HTTP1Semantics.forEachToken(span, head.pointee.value(other)) { token in
                if ByteComparison.equalIgnoringCase(parts.buffer(token), name) { found = true }
            }
            if found { return true }
        }
        return false
    }
}
