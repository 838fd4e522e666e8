internal import CPetrelSystem
internal import HTTP2
internal import TrafficModel

// HTTP/2 connections: sockets that carry streams.

extension Worker {
    /// Bytes that may wait in front of a socket before streams have to.
    static let carrierBacklog = 128 * 1024
    /// Windows of streams from clients, and of all of them together.
    static let downstreamWindow = 65_535
    static let downstreamConnectionWindow = 1 << 20
    /// The same for responses of origins, which may be far away.
    static let upstreamWindow = 256 * 1024
    static let upstreamConnectionWindow = 4 << 20
    static let mostStreams = 100

    /// Turns a client's connection into one that carries streams.
    mutating func startHTTP2(_ connection: ConnectionPointer, _ snapshot: SnapshotPointer) {
        var settings = HTTP2Settings()
        settings.maximumConcurrentStreams = Self.mostStreams
        settings.initialWindowSize = Self.downstreamWindow
        settings.maximumHeaderListSize = HTTP1Head.mostBytes
        settings.enablesConnectProtocol = true
        if let decision = connection.pointee.decision, connection.pointee.serial == snapshot.pointee.serial {
            let manager = snapshot.pointee.tables.listeners[Int(decision.listener)].chains[Int(decision.chain)].manager
            let most = Int(manager[0].maximumConcurrentStreams)
            if most > 0 { settings.maximumConcurrentStreams = min(most, Self.mostStreams) }
        }
        let session = HTTP2Session(.server, local: settings, connectionWindow: Self.downstreamConnectionWindow)
        connection.pointee.role = .downstreamHTTP2
        connection.pointee.flags.remove(.partialHead)
        open(session, on: connection)
        armIdle(connection, snapshot)
        guard let carrier = connection.pointee.carrier else { return }
        if !connection.pointee.inbound.isEmpty {
            // What came before it was known to be HTTP/2.
            let generation = connection.pointee.slot.generation
            connection.pointee.flags.insert(.active)
            let goesOn = useInbound(connection, carrier)
            guard connection.pointee.slot.generation == generation else { return }
            connection.pointee.flags.remove(.active)
            guard goesOn else { return }
        }
        serveCarrier(connection)
    }

    /// Turns a connection to an upstream into one that carries streams.
    mutating func startUpstreamHTTP2(_ connection: ConnectionPointer) {
        var settings = HTTP2Settings()
        settings.enablesPush = false
        settings.maximumConcurrentStreams = 0
        settings.initialWindowSize = Self.upstreamWindow
        settings.maximumHeaderListSize = HTTP1Head.mostBytes
        let session = HTTP2Session(.client, local: settings, connectionWindow: Self.upstreamConnectionWindow)
        connection.pointee.role = .upstreamHTTP2
        open(session, on: connection)
    }

    private mutating func open(_ session: HTTP2Session, on connection: ConnectionPointer) {
        let carrier = CarrierPointer.allocate(capacity: 1)
        carrier.initialize(to: HTTP2Carrier(session))
        carrier.pointee.refilled = milliseconds
        connection.pointee.carrier = carrier
        touch(connection)
        carrier.pointee.session.begin()
    }

    /// Gives back what belongs to the HTTP/2 side of a closing connection.
    mutating func closeCarrier(_ connection: ConnectionPointer, _ carrier: CarrierPointer) {
        connection.pointee.carrier = nil
        keepOutput(carrier)
        carrier.deinitialize(count: 1)
        carrier.deallocate()
    }

    /// To be called before anything is written: gives the session memory to
    /// write to, and sees to it that it is sent at the end of the turn.
    @inline(__always)
    mutating func touch(_ connection: ConnectionPointer) {
        guard let carrier = connection.pointee.carrier, !carrier.pointee.isDirty else { return }
        carrier.pointee.isDirty = true
        if carrier.pointee.session.output.isEmpty, let memory = outputs.popLast() {
            carrier.pointee.session.output = memory
        }
        dirtyCarriers.append(connection.pointee.token)
    }

    private mutating func keepOutput(_ carrier: CarrierPointer) {
        var memory: [UInt8] = []
        swap(&memory, &carrier.pointee.session.output)
        guard memory.capacity > 0, memory.capacity <= 1 << 20, outputs.count < 64 else { return }
        memory.removeAll(keepingCapacity: true)
        outputs.append(memory)
    }

    // MARK: - Sending

    /// Sends what the turn wrote; the last step of each turn.
    mutating func flushCarriers() {
        swap(&dirtyCarriers, &dirtySpare)
        for token in dirtySpare {
            let found = connections.find(index: EventToken.index(token), generation: EventToken.generation(token))
            guard let connection = found, let carrier = connection.pointee.carrier else { continue }
            carrier.pointee.isDirty = false
            flushCarrier(connection, carrier)
        }
        dirtySpare.removeAll(keepingCapacity: true)
    }

    private mutating func flushCarrier(_ connection: ConnectionPointer, _ carrier: CarrierPointer) {
        guard connection.pointee.flags.contains(.ready) || connection.pointee.role == .downstreamHTTP2 else { return }
        let alive = carrier.pointee.session.output.withUnsafeBytes { transmit(connection, $0) }
        keepOutput(carrier)
        guard alive else { return carrierLost(connection) }
        if carrier.pointee.session.isFailed { return carrierFailed(connection) }
        if carrier.pointee.isEnding, carrier.pointee.count == 0 { return endCarrier(connection) }
        if connection.pointee.outbound.isEmpty { resumeStreams(connection, carrier) }
    }

    /// Room that streams may still fill before the socket takes more.
    func room(_ connection: ConnectionPointer, _ carrier: CarrierPointer) -> Int {
        max(0, Self.carrierBacklog - connection.pointee.outbound.count - carrier.pointee.session.output.count)
    }

    /// Streams whose bytes waited go on.
    private mutating func resumeStreams(_ connection: ConnectionPointer, _ carrier: CarrierPointer) {
        var waiting: [UInt64] = []
        swap(&waiting, &resumed)
        var stream = carrier.pointee.first
        while let one = stream {
            if !one.pointee.outbound.isEmpty { waiting.append(one.pointee.token) }
            stream = one.pointee.nextIdle
        }
        let generation = connection.pointee.slot.generation
        for token in waiting {
            let found = connections.find(index: EventToken.index(token), generation: EventToken.generation(token))
            guard let one = found else { continue }
            serve(one)
            guard connection.pointee.slot.generation == generation else { break }
            // Whoever had a turn stands behind the others next time.
            if one.pointee.slot.generation == EventToken.generation(token), !one.pointee.outbound.isEmpty {
                unlinkStream(one, carrier)
                linkStream(one, carrier)
            }
        }
        waiting.removeAll(keepingCapacity: true)
        swap(&waiting, &resumed)
    }

    func linkStream(_ stream: ConnectionPointer, _ carrier: CarrierPointer) {
        stream.pointee.nextIdle = nil
        stream.pointee.previousIdle = carrier.pointee.last
        carrier.pointee.last?.pointee.nextIdle = stream
        if carrier.pointee.first == nil { carrier.pointee.first = stream }
        carrier.pointee.last = stream
        carrier.pointee.count += 1
    }

    func unlinkStream(_ stream: ConnectionPointer, _ carrier: CarrierPointer) {
        if let previous = stream.pointee.previousIdle {
            previous.pointee.nextIdle = stream.pointee.nextIdle
        } else {
            carrier.pointee.first = stream.pointee.nextIdle
        }
        if let next = stream.pointee.nextIdle {
            next.pointee.previousIdle = stream.pointee.previousIdle
        } else {
            carrier.pointee.last = stream.pointee.previousIdle
        }
        stream.pointee.nextIdle = nil
        stream.pointee.previousIdle = nil
        carrier.pointee.count -= 1
    }

    // MARK: - Receiving

    /// Serves a connection that carries streams.
    mutating func serveCarrier(_ connection: ConnectionPointer) {
        if connection.pointee.flags.contains(.active) { return }
        if connection.pointee.role == .upstreamHTTP2, !connection.pointee.flags.contains(.ready) {
            guard advance(connection) else { return }
            upstreamCarrierReady(connection)
            return enqueue(connection)
        }
        connection.pointee.flags.insert(.active)
        let generation = connection.pointee.slot.generation
        runCarrier(connection)
        if connection.pointee.slot.generation == generation { connection.pointee.flags.remove(.active) }
    }

    private mutating func runCarrier(_ connection: ConnectionPointer) {
        guard let carrier = connection.pointee.carrier else { return }
        let generation = connection.pointee.slot.generation
        let waited = !connection.pointee.outbound.isEmpty
        if connection.pointee.flags.contains(.broken) || !flush(connection) { return carrierLost(connection) }
        if waited, connection.pointee.outbound.isEmpty { touch(connection) }
        if milliseconds &- carrier.pointee.refilled >= 1000 {
            carrier.pointee.refilled = milliseconds
            carrier.pointee.session.budget.refill()
        }
        var rounds = 0
        while connection.pointee.slot.generation == generation {
            // Answers that nobody takes are a reason to take no more requests.
            guard connection.pointee.outbound.count + carrier.pointee.session.output.count < 2 * Self.carrierBacklog
            else { return }
            rounds += 1
            if rounds > 8 { return enqueue(connection) }
            if connection.pointee.inbound.isEmpty {
                let count = receive(connection, frameBuffer, Self.readCapacity)
                if count == ReadOutcome.nothing { return }
                if count < 0 { return carrierLost(connection) }
                let bytes = UnsafeRawBufferPointer(start: frameBuffer, count: count)
                let used = readFrames(connection, carrier, bytes)
                guard connection.pointee.slot.generation == generation, used >= 0 else { return }
                if used < count {
                    blocks.append(UnsafeRawBufferPointer(rebasing: bytes[used...]), to: &connection.pointee.inbound)
                }
            } else if !extendFrames(connection, carrier) {
                return
            }
        }
    }

    /// Reads on behind the start of a frame; false when there is nothing to
    /// do now.
    private mutating func extendFrames(_ connection: ConnectionPointer, _ carrier: CarrierPointer) -> Bool {
        blocks.reserve(20 * 1024, in: &connection.pointee.inbound)
        let tail = connection.pointee.inbound.tail
        guard let start = tail.baseAddress else { return false }
        let count = receive(connection, start.assumingMemoryBound(to: UInt8.self), min(tail.count, Self.readCapacity))
        if count == ReadOutcome.nothing { return false }
        if count < 0 {
            carrierLost(connection)
            return false
        }
        connection.pointee.inbound.filled(count)
        return useInbound(connection, carrier)
    }

    /// Reads the frames that were kept; false when nothing more is to be read.
    private mutating func useInbound(_ connection: ConnectionPointer, _ carrier: CarrierPointer) -> Bool {
        let generation = connection.pointee.slot.generation
        let used = readFrames(connection, carrier, connection.pointee.inbound.bytes)
        guard connection.pointee.slot.generation == generation, used >= 0 else { return false }
        connection.pointee.inbound.consume(used)
        if connection.pointee.inbound.isEmpty { blocks.release(&connection.pointee.inbound) }
        return true
    }

    /// Reads frames; the bytes used, or -1 when nothing more is to be read.
    private mutating func readFrames(
        _ connection: ConnectionPointer, _ carrier: CarrierPointer, _ bytes: UnsafeRawBufferPointer
    ) -> Int {
        let generation = connection.pointee.slot.generation
        let span = Span<UInt8>(_unsafeBytes: bytes)
        touch(connection)
        var offset = 0
        while true {
            let step = carrier.pointee.session.next(span, at: offset, into: &fieldList.pointee)
            offset += step.consumed
            switch step.event {
            case .needsMore: return offset
            case .handled: if carrier.pointee.session.isFailed { return -1 }
            case .request(let id, let ends): beginStream(connection, carrier, id, ends)
            case .response(_, let ends): takeResponse(carrier, ends)
            case .trailers: takeTrailers(carrier)
            case .data(let id, let start, let count, let credit, let ends):
                let run = UnsafeRawBufferPointer(rebasing: bytes[start..<start + count])
                takeData(carrier, id, run, credit: credit, ends: ends)
            case .reset(_, let code, let byPeer): streamWasReset(carrier, code, byPeer)
            case .windowOpened(let id):
                if id == 0 {
                    resumeStreams(connection, carrier)
                } else if let stream = findStream(carrier.pointee.session.tag) {
                    serve(stream)
                }
            case .settingsChanged:
                resumeStreams(connection, carrier)
                if connection.pointee.role == .upstreamHTTP2 { upstreamSettingsCame(connection) }
            case .goAway(let last, _): peerLeaves(connection, carrier, last)
            case .failed: return -1
            }
            guard connection.pointee.slot.generation == generation else { return -1 }
            touch(connection)
        }
    }

    func findStream(_ tag: UInt64) -> ConnectionPointer? {
        guard tag != 0 else { return nil }
        return connections.find(index: EventToken.index(tag), generation: EventToken.generation(tag))
    }

    // MARK: - Ends

    /// The socket is dead: all of its streams are.
    mutating func carrierLost(_ connection: ConnectionPointer) {
        guard let carrier = connection.pointee.carrier else { return }
        unlinkCarrier(connection)
        dropStreams(carrier)
        finishCarrier(connection)
    }

    /// The peer broke the protocol: it is told, then the socket closes.
    private mutating func carrierFailed(_ connection: ConnectionPointer) {
        guard let carrier = connection.pointee.carrier else { return }
        unlinkCarrier(connection)
        dropStreams(carrier)
        endCarrier(connection)
    }

    private mutating func dropStreams(_ carrier: CarrierPointer) {
        while let stream = carrier.pointee.first {
            let generation = stream.pointee.slot.generation
            streamLost(stream, refused: false)
            // Whatever became of it, it must not be found again.
            if stream.pointee.slot.generation == generation, carrier.pointee.first == stream { close(stream) }
        }
    }

    /// No streams are left: ends the connection after what is still queued.
    private mutating func endCarrier(_ connection: ConnectionPointer) {
        guard connection.pointee.role == .downstreamHTTP2 else { return finishCarrier(connection) }
        if let carrier = connection.pointee.carrier { closeCarrier(connection, carrier) }
        // The client must read the last frames before a reset.
        startLingering(connection)
    }

    private mutating func finishCarrier(_ connection: ConnectionPointer) {
        if connection.pointee.role == .downstreamHTTP2 {
            closeDownstream(connection)
        } else {
            closeUpstream(connection)
        }
    }

    /// Takes no more streams; ends when those under way have.
    mutating func leaveCarrier(_ connection: ConnectionPointer) {
        guard let carrier = connection.pointee.carrier, !carrier.pointee.isEnding else { return }
        touch(connection)
        carrier.pointee.session.leave()
        carrier.pointee.isEnding = true
    }

    private mutating func peerLeaves(_ connection: ConnectionPointer, _ carrier: CarrierPointer, _ last: UInt32) {
        guard connection.pointee.role == .upstreamHTTP2 else { return }
        unlinkCarrier(connection)
        carrier.pointee.isEnding = true
        // What wasn't looked at may be tried elsewhere.
        while let stream = firstStream(carrier, above: last) { streamLost(stream, refused: true) }
        touch(connection)
    }

    private func firstStream(_ carrier: CarrierPointer, above last: UInt32) -> ConnectionPointer? {
        var candidate = carrier.pointee.first
        while let stream = candidate {
            if let state = stream.pointee.stream, state.pointee.id == 0 || state.pointee.id > last { return stream }
            candidate = stream.pointee.nextIdle
        }
        return nil
    }

    /// A carrier's timer fired.
    mutating func carrierTimedOut(_ connection: ConnectionPointer) {
        guard let carrier = connection.pointee.carrier else { return finishCarrier(connection) }
        guard carrier.pointee.count == 0 else { return }
        unlinkCarrier(connection)
        leaveCarrier(connection)
    }
}
