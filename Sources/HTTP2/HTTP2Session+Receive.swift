extension HTTP2Session {
    /// What one call of `next` did.
    public struct Step: BitwiseCopyable, Sendable {
        /// Bytes that are done with.
        public var consumed: Int
        public var event: HTTP2Event

        init(_ consumed: Int, _ event: HTTP2Event) {
            self.consumed = consumed
            self.event = event
        }
    }

    typealias Kind = HTTP2FrameHeader.Kind

    /// Reads on at `offset`: at most one event. Bytes of a frame that isn't
    /// complete are not consumed, except those of DATA; a frame has at most
    /// 16,384 bytes and its nine.
    public mutating func next(_ bytes: Span<UInt8>, at offset: Int, into list: inout FieldList) -> Step {
        if isFailed { return Step(bytes.count &- offset, .handled) }
        if prefaceLeft > 0 { return readPreface(bytes, offset) }
        if dataLeft > 0 || dataPadding > 0 { return readData(bytes, offset) }
        guard let header = HTTP2FrameHeader(bytes, at: offset) else { return Step(0, .needsMore) }
        guard header.length <= local.maximumFrameSize else { return Step(0, fail(.frameSizeError)) }
        if needsSettings {
            guard header.kind == Kind.settings, !header.flags.contains(.acknowledge) else {
                return Step(0, fail(.protocolError))
            }
            needsSettings = false
        }
        if blockStream != 0, header.kind != Kind.continuation || header.stream != blockStream {
            return Step(0, fail(.protocolError))
        }
        let start = offset &+ HTTP2FrameHeader.size
        if header.kind == Kind.data { return beginData(bytes, header, start) }
        guard bytes.count &- start >= header.length else { return Step(0, .needsMore) }
        let payload = bytes.extracting(start..<(start &+ header.length))
        return Step(HTTP2FrameHeader.size &+ header.length, receive(header, payload, &list))
    }

    private mutating func readPreface(_ bytes: Span<UInt8>, _ offset: Int) -> Step {
        let count = min(prefaceLeft, bytes.count &- offset)
        let start = Self.preface.utf8CodeUnitCount &- prefaceLeft
        for index in 0..<count where bytes[offset &+ index] != Self.preface.utf8Start[start &+ index] {
            return Step(0, fail(.protocolError))
        }
        prefaceLeft &-= count
        return Step(count, prefaceLeft > 0 ? .needsMore : .handled)
    }

    private mutating func receive(
        _ header: HTTP2FrameHeader, _ payload: Span<UInt8>, _ list: inout FieldList
    ) -> HTTP2Event {
        switch header.kind {
        case Kind.headers: return receiveHeaders(header, payload, &list)
        case Kind.continuation: return receiveContinuation(header, payload, &list)
        case Kind.priority: return receivePriority(header, payload)
        case Kind.resetStream: return receiveReset(header, payload)
        case Kind.settings: return receiveSettings(header, payload)
        // Push is switched off, and clients never may.
        case Kind.pushPromise: return fail(.protocolError)
        case Kind.ping: return receivePing(header, payload)
        case Kind.goAway: return receiveGoAway(header, payload)
        case Kind.windowUpdate: return receiveWindowUpdate(header, payload)
        default: return budget.spend(.idle) ? .handled : fail(.enhanceYourCalm)
        }
    }

    /// Whether the peer can't have begun this stream yet.
    func isIdle(_ stream: UInt32) -> Bool {
        let isPeers = (stream & 1 == 1) == (role == .server)
        return isPeers ? stream > lastPeerStream : stream >= nextStream
    }

    /// Resets a stream because of what the peer sent.
    mutating func streamError(_ stream: UInt32, _ code: HTTP2ErrorCode) -> HTTP2Event {
        guard budget.spend(.streamError) else { return fail(.enhanceYourCalm) }
        let place = streams.find(stream)
        writeReset(stream, code)
        closed.note(stream, .resetByUs)
        guard place >= 0 else { return .handled }
        // A stream that the caller never heard of has no tag yet.
        tag = streams[place].tag
        streams.remove(at: place)
        return tag != 0 ? .reset(stream: stream, code: code, byPeer: false) : .handled
    }

    // MARK: - DATA

    private mutating func beginData(_ bytes: Span<UInt8>, _ header: HTTP2FrameHeader, _ start: Int) -> Step {
        guard header.stream != 0 else { return Step(0, fail(.protocolError)) }
        var consumed = HTTP2FrameHeader.size
        var length = header.length
        var padding = 0
        if header.flags.contains(.padded) {
            guard length > 0 else { return Step(0, fail(.frameSizeError)) }
            guard start < bytes.count else { return Step(0, .needsMore) }
            padding = Int(bytes[start])
            guard padding < length else { return Step(0, fail(.protocolError)) }
            consumed &+= 1
            length &-= 1 &+ padding
        }
        guard header.length <= receiveWindow else { return Step(0, fail(.flowControlError)) }
        receiveWindow &-= header.length
        dataStream = header.stream
        dataLeft = length
        dataPadding = padding
        dataEnds = header.flags.contains(.endStream)
        dataIsDropped = true
        guard length > 0 || dataEnds || budget.spend(.emptyData) else { return Step(0, fail(.enhanceYourCalm)) }
        let place = streams.find(header.stream)
        guard place >= 0 else {
            let event = dataOnClosed(header)
            if case .failed = event { return Step(0, event) }
            credit(0, header.length)
            return Step(consumed, event)
        }
        if streams[place].remoteClosed || !streams[place].hasHead {
            credit(0, header.length)
            let code: HTTP2ErrorCode = streams[place].remoteClosed ? .streamClosed : .protocolError
            return Step(consumed, streamError(header.stream, code))
        }
        guard header.length <= streams[place].receiveWindow else {
            credit(0, header.length)
            return Step(consumed, streamError(header.stream, .flowControlError))
        }
        streams[place].receiveWindow &-= header.length
        streams[place].received &+= length
        let declared = streams[place].ignoresLength ? 0 : streams[place].declared
        if declared >= 0, streams[place].received > declared || (dataEnds && streams[place].received != declared) {
            credit(0, header.length)
            return Step(consumed, streamError(header.stream, .protocolError))
        }
        dataIsDropped = false
        // Padding and its length byte are used as soon as they are read.
        if header.length > length { credit(header.stream, header.length &- length) }
        if length == 0, dataEnds { return Step(consumed, endOfData(start, 0)) }
        return Step(consumed, .handled)
    }

    private mutating func dataOnClosed(_ header: HTTP2FrameHeader) -> HTTP2Event {
        if isIdle(header.stream) { return fail(.protocolError) }
        if closed.ending(of: header.stream) == .resetByUs || header.stream > goodbye { return .handled }
        return streamError(header.stream, .streamClosed)
    }

    private mutating func readData(_ bytes: Span<UInt8>, _ offset: Int) -> Step {
        let available = bytes.count &- offset
        guard available > 0 else { return Step(0, .needsMore) }
        if dataLeft == 0 {
            let skipped = min(dataPadding, available)
            dataPadding &-= skipped
            return Step(skipped, .handled)
        }
        let count = min(dataLeft, available)
        dataLeft &-= count
        if dataIsDropped { return Step(count, .handled) }
        if dataLeft == 0, dataEnds { return Step(count, endOfData(offset, count)) }
        let place = streams.find(dataStream)
        guard place >= 0 else {
            // Reset by the caller while the frame was under way.
            credit(0, count)
            return Step(count, .handled)
        }
        tag = streams[place].tag
        return Step(count, .data(stream: dataStream, start: offset, count: count, credit: count, ends: false))
    }

    private mutating func endOfData(_ start: Int, _ count: Int) -> HTTP2Event {
        let place = streams.find(dataStream)
        guard place >= 0 else {
            credit(0, count)
            return .handled
        }
        tag = streams[place].tag
        streams[place].remoteClosed = true
        closeIfDone(place)
        return .data(stream: dataStream, start: start, count: count, credit: count, ends: true)
    }

    // MARK: - Control frames

    private mutating func receivePriority(_ header: HTTP2FrameHeader, _ payload: Span<UInt8>) -> HTTP2Event {
        guard header.stream != 0 else { return fail(.protocolError) }
        guard budget.spend(.idle) else { return fail(.enhanceYourCalm) }
        guard payload.count == 5 else { return streamError(header.stream, .frameSizeError) }
        guard payload.number32(at: 0) & 0x7fff_ffff != header.stream else {
            return streamError(header.stream, .protocolError)
        }
        return .handled
    }

    private mutating func receiveReset(_ header: HTTP2FrameHeader, _ payload: Span<UInt8>) -> HTTP2Event {
        guard header.stream != 0, !isIdle(header.stream) else { return fail(.protocolError) }
        guard payload.count == 4 else { return fail(.frameSizeError) }
        let place = streams.find(header.stream)
        guard place >= 0 else { return budget.spend(.idle) ? .handled : fail(.enhanceYourCalm) }
        let code = HTTP2ErrorCode(rawValue: payload.number32(at: 0))
        tag = streams[place].tag
        streams.remove(at: place)
        closed.note(header.stream, .resetByPeer)
        guard budget.spend(.reset) else { return fail(.enhanceYourCalm) }
        return .reset(stream: header.stream, code: code, byPeer: true)
    }

    private mutating func receivePing(_ header: HTTP2FrameHeader, _ payload: Span<UInt8>) -> HTTP2Event {
        guard header.stream == 0 else { return fail(.protocolError) }
        guard payload.count == 8 else { return fail(.frameSizeError) }
        guard budget.spend(.ping) else { return fail(.enhanceYourCalm) }
        if header.flags.contains(.acknowledge) { return .handled }
        HTTP2FrameHeader(length: 8, kind: Kind.ping, flags: .acknowledge, stream: 0).write(to: &output)
        output.append(payload)
        return .handled
    }

    private mutating func receiveGoAway(_ header: HTTP2FrameHeader, _ payload: Span<UInt8>) -> HTTP2Event {
        guard header.stream == 0 else { return fail(.protocolError) }
        guard payload.count >= 8 else { return fail(.frameSizeError) }
        guard budget.spend(.settings) else { return fail(.enhanceYourCalm) }
        isLeaving = true
        return .goAway(
            last: payload.number32(at: 0) & 0x7fff_ffff, code: HTTP2ErrorCode(rawValue: payload.number32(at: 4)))
    }

    private mutating func receiveWindowUpdate(_ header: HTTP2FrameHeader, _ payload: Span<UInt8>) -> HTTP2Event {
        guard payload.count == 4 else { return fail(.frameSizeError) }
        if header.stream != 0, isIdle(header.stream) { return fail(.protocolError) }
        guard budget.spend(.windowUpdate) else { return fail(.enhanceYourCalm) }
        let increment = Int(payload.number32(at: 0) & 0x7fff_ffff)
        if header.stream == 0 {
            guard increment > 0 else { return fail(.protocolError) }
            guard sendWindow &+ increment <= HTTP2Settings.greatestWindow else { return fail(.flowControlError) }
            let wasShut = sendWindow <= 0
            sendWindow &+= increment
            return wasShut ? .windowOpened(stream: 0) : .handled
        }
        let place = streams.find(header.stream)
        guard place >= 0 else { return .handled }
        guard increment > 0 else { return streamError(header.stream, .protocolError) }
        guard streams[place].sendWindow &+ increment <= HTTP2Settings.greatestWindow else {
            return streamError(header.stream, .flowControlError)
        }
        streams[place].sendWindow &+= increment
        tag = streams[place].tag
        return streams[place].isBlocked ? .windowOpened(stream: header.stream) : .handled
    }

    private mutating func receiveSettings(_ header: HTTP2FrameHeader, _ payload: Span<UInt8>) -> HTTP2Event {
        guard header.stream == 0 else { return fail(.protocolError) }
        if header.flags.contains(.acknowledge) {
            guard payload.count == 0 else { return fail(.frameSizeError) }
            return budget.spend(.settings) ? .handled : fail(.enhanceYourCalm)
        }
        guard payload.count % 6 == 0 else { return fail(.frameSizeError) }
        guard budget.spend(.settings) else { return fail(.enhanceYourCalm) }
        let before = peer.initialWindowSize
        var offset = 0
        while offset < payload.count {
            let identifier = UInt16(payload[offset]) << 8 | UInt16(payload[offset &+ 1])
            if let code = peer.take(identifier, payload.number32(at: offset &+ 2)) { return fail(code) }
            offset &+= 6
        }
        // Windows of open streams move with the initial one (RFC 9113, 6.9.2).
        let change = peer.initialWindowSize &- before
        if change != 0 {
            for place in streams.slots.indices where streams[place].id != 0 {
                streams[place].sendWindow &+= change
                if streams[place].sendWindow > HTTP2Settings.greatestWindow { return fail(.flowControlError) }
            }
        }
        encoder.setPeerLimit(peer.headerTableSize)
        hasPeerSettings = true
        HTTP2FrameHeader(length: 0, kind: Kind.settings, flags: .acknowledge, stream: 0).write(to: &output)
        return .settingsChanged
    }
}
