extension HTTP2Session {
    // MARK: - Heads

    /// Begins a head or trailers. Fields follow, then `endHead`. False when
    /// the stream is gone or ended: then nothing may follow.
    public mutating func beginHead(_ stream: UInt32, ends: Bool) -> Bool {
        let place = streams.find(stream)
        guard place >= 0, !streams[place].localClosed, !isFailed else { return false }
        headStart = output.count
        headStream = stream
        headEnds = ends
        HTTP2FrameHeader(length: 0, kind: HTTP2FrameHeader.Kind.headers, stream: stream).write(to: &output)
        encoder.beginBlock(&output)
        return true
    }

    /// One field; pseudo headers come first.
    public mutating func field(_ name: Span<UInt8>, _ value: Span<UInt8>) {
        encoder.encode(name, value, to: &output)
    }

    public mutating func field(_ name: StaticString, _ value: Span<UInt8>) {
        let bytes = UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount)
        encoder.encode(Span(_unsafeElements: bytes), value, to: &output)
    }

    /// Ends the head: sets the frame's length, and cuts it into several
    /// where the peer's limit asks for it.
    public mutating func endHead() {
        guard headStart >= 0 else { return }
        let start = headStart
        headStart = -1
        let length = output.count &- start &- HTTP2FrameHeader.size
        let most = peer.maximumFrameSize
        var flags: HTTP2FrameHeader.Flags = headEnds ? .endStream : []
        if length <= most {
            flags.insert(.endHeaders)
            patch(start, length, flags)
        } else {
            patch(start, most, flags)
            var at = start &+ HTTP2FrameHeader.size &+ most
            while at < output.count {
                let count = min(most, output.count &- at)
                var header: [UInt8] = []
                let isLast = at &+ count == output.count
                HTTP2FrameHeader(
                    length: count, kind: HTTP2FrameHeader.Kind.continuation, flags: isLast ? .endHeaders : [],
                    stream: headStream
                ).write(to: &header)
                output.insert(contentsOf: header, at: at)
                at &+= count &+ HTTP2FrameHeader.size
            }
        }
        let place = streams.find(headStream)
        guard place >= 0, headEnds else { return }
        streams[place].localClosed = true
        closeIfDone(place)
    }

    private mutating func patch(_ start: Int, _ length: Int, _ flags: HTTP2FrameHeader.Flags) {
        output[start] = UInt8(truncatingIfNeeded: length >> 16)
        output[start &+ 1] = UInt8(truncatingIfNeeded: length >> 8)
        output[start &+ 2] = UInt8(truncatingIfNeeded: length)
        output[start &+ 4] = flags.rawValue
    }

    // MARK: - Bodies

    /// Sends as many bytes as the windows and `most` allow, and says how
    /// many. END_STREAM goes with the last one, if `ends`. When bytes are
    /// left, `windowOpened` will come for the stream or the connection.
    public mutating func sendData(_ stream: UInt32, _ bytes: Span<UInt8>, ends: Bool, most: Int) -> Int {
        let place = streams.find(stream)
        guard place >= 0, !streams[place].localClosed, !isFailed else { return bytes.count }
        let room = max(0, min(streams[place].sendWindow, sendWindow, most))
        let sent = min(bytes.count, room)
        var offset = 0
        while offset < sent {
            let count = min(sent &- offset, peer.maximumFrameSize)
            let isLast = ends && offset &+ count == bytes.count
            HTTP2FrameHeader(
                length: count, kind: HTTP2FrameHeader.Kind.data, flags: isLast ? .endStream : [], stream: stream
            ).write(to: &output)
            output.append(bytes.extracting(offset..<(offset &+ count)))
            offset &+= count
            budget.earn(.windowUpdate, 2)
        }
        sendWindow &-= sent
        streams[place].sendWindow &-= sent
        streams[place].isBlocked = sent < bytes.count
        guard ends, sent == bytes.count else { return sent }
        if bytes.isEmpty {
            HTTP2FrameHeader(length: 0, kind: HTTP2FrameHeader.Kind.data, flags: .endStream, stream: stream)
                .write(to: &output)
        }
        streams[place].localClosed = true
        closeIfDone(place)
        return sent
    }

    /// Marks a stream whose bytes the caller keeps back for its own reasons.
    public mutating func setBlocked(_ stream: UInt32) {
        let place = streams.find(stream)
        if place >= 0 { streams[place].isBlocked = true }
    }

    // MARK: - Windows

    /// Bytes of a stream were used: gives them back to the peer, a good part
    /// of the window at a time. Works for streams that are gone too.
    public mutating func credit(_ stream: UInt32, _ count: Int) {
        guard count > 0, !isFailed else { return }
        owed &+= count
        if owed >= greatestReceiveWindow / 4 {
            writeWindowUpdate(0, owed)
            receiveWindow &+= owed
            owed = 0
        }
        let place = streams.find(stream)
        guard place >= 0, !streams[place].remoteClosed else { return }
        streams[place].owed &+= count
        if streams[place].owed >= local.initialWindowSize / 4 {
            writeWindowUpdate(stream, streams[place].owed)
            streams[place].receiveWindow &+= streams[place].owed
            streams[place].owed = 0
        }
    }

    mutating func writeWindowUpdate(_ stream: UInt32, _ increment: Int) {
        HTTP2FrameHeader(length: 4, kind: HTTP2FrameHeader.Kind.windowUpdate, stream: stream).write(to: &output)
        output.append(number: UInt32(truncatingIfNeeded: increment))
    }

    // MARK: - Ends

    /// Ends a stream at once in both directions. Nothing happens when it is
    /// closed already.
    public mutating func reset(_ stream: UInt32, _ code: HTTP2ErrorCode) {
        let place = streams.find(stream)
        guard place >= 0 else { return }
        writeReset(stream, code)
        streams.remove(at: place)
        closed.note(stream, .resetByUs)
    }

    mutating func writeReset(_ stream: UInt32, _ code: HTTP2ErrorCode) {
        guard !isFailed else { return }
        HTTP2FrameHeader(length: 4, kind: HTTP2FrameHeader.Kind.resetStream, stream: stream).write(to: &output)
        output.append(number: code.rawValue)
    }

    /// Takes no more streams; those under way go on.
    public mutating func leave() {
        guard !saidGoodbye, !isFailed else { return }
        saidGoodbye = true
        goodbye = lastPeerStream
        writeGoAway(.noError)
    }

    mutating func writeGoAway(_ code: HTTP2ErrorCode) {
        HTTP2FrameHeader(length: 8, kind: HTTP2FrameHeader.Kind.goAway, stream: 0).write(to: &output)
        output.append(number: role == .server ? lastPeerStream : 0)
        output.append(number: code.rawValue)
    }

    /// Ends the connection with an error.
    mutating func fail(_ code: HTTP2ErrorCode) -> HTTP2Event {
        if !isFailed { writeGoAway(code) }
        isFailed = true
        return .failed(code)
    }
}
