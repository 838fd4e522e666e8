extension HTTP2Session {
    /// Frames that carry parts of a header block (RFC 9113, 6.2 and 6.10).
    mutating func receiveHeaders(
        _ header: HTTP2FrameHeader, _ payload: Span<UInt8>, _ list: inout FieldList
    ) -> HTTP2Event {
        guard header.stream != 0 else { return fail(.protocolError) }
        var start = 0
        var end = payload.count
        if header.flags.contains(.padded) {
            guard end > 0 else { return fail(.frameSizeError) }
            let padding = Int(payload[0])
            start = 1
            guard start &+ padding <= end else { return fail(.protocolError) }
            end &-= padding
        }
        var dependsOnItself = false
        if header.flags.contains(.priority) {
            guard end &- start >= 5 else { return fail(.frameSizeError) }
            dependsOnItself = payload.number32(at: start) & 0x7fff_ffff == header.stream
            start &+= 5
        }
        if streams.find(header.stream) < 0, let failure = checkNew(header.stream) { return fail(failure) }
        if dependsOnItself { selfDependent = header.stream }
        blockEnds = header.flags.contains(.endStream)
        let fragment = payload.extracting(start..<end)
        if header.flags.contains(.endHeaders) { return finishBlock(header.stream, fragment, &list) }
        blockStream = header.stream
        blockFrames = 1
        block.removeAll(keepingCapacity: true)
        block.append(fragment)
        return .handled
    }

    mutating func receiveContinuation(
        _ header: HTTP2FrameHeader, _ payload: Span<UInt8>, _ list: inout FieldList
    ) -> HTTP2Event {
        guard blockStream != 0, header.stream == blockStream else { return fail(.protocolError) }
        blockFrames &+= 1
        guard blockFrames <= Self.mostBlockFrames, block.count &+ payload.count <= Self.mostBlockBytes else {
            return fail(.enhanceYourCalm)
        }
        block.append(payload)
        guard header.flags.contains(.endHeaders) else { return .handled }
        blockStream = 0
        // Taken out and put back: the block is read while the rest changes.
        let whole = block
        block = []
        return finishBlock(header.stream, whole.span, &list)
    }

    /// Whether HEADERS may begin this stream; the connection's error if not.
    private func checkNew(_ stream: UInt32) -> HTTP2ErrorCode? {
        if role == .client {
            // Servers begin none; ours may be over already.
            return isIdle(stream) ? .protocolError : nil
        }
        if stream & 1 == 0 { return .protocolError }
        if stream > lastPeerStream { return nil }
        switch closed.ending(of: stream) {
        case .ended: return .streamClosed
        case .resetByPeer: return .streamClosed
        case .resetByUs: return nil
        case nil: return .protocolError
        }
    }

    /// A complete header block: decoded in any case, because later ones
    /// build on it.
    private mutating func finishBlock(
        _ stream: UInt32, _ fragment: Span<UInt8>, _ list: inout FieldList
    ) -> HTTP2Event {
        guard decoder.decode(fragment, into: &list) else { return fail(.compressionError) }
        let isSelfDependent = selfDependent == stream
        selfDependent = 0
        let place = streams.find(stream)
        if place < 0 {
            guard role == .server, stream > lastPeerStream else {
                return budget.spend(.streamError) ? .handled : fail(.enhanceYourCalm)
            }
            lastPeerStream = stream
            if isSelfDependent { return streamError(stream, .protocolError) }
            return beginRequest(stream, list)
        }
        if isSelfDependent { return streamError(stream, .protocolError) }
        if streams[place].remoteClosed { return streamError(stream, .streamClosed) }
        if list.overflowed { return streamError(stream, .enhanceYourCalm) }
        return streams[place].hasHead ? endWithTrailers(place, list) : takeResponse(place, list)
    }

    private mutating func beginRequest(_ stream: UInt32, _ list: borrowing FieldList) -> HTTP2Event {
        if saidGoodbye {
            closed.note(stream, .resetByUs)
            writeReset(stream, .refusedStream)
            return budget.spend(.streamError) ? .handled : fail(.enhanceYourCalm)
        }
        guard streams.count < local.maximumConcurrentStreams else { return streamError(stream, .refusedStream) }
        if list.overflowed { return streamError(stream, .enhanceYourCalm) }
        guard let fields = MessageFields.read(list, .request) else { return streamError(stream, .protocolError) }
        if fields.connectProtocol >= 0, !local.enablesConnectProtocol { return streamError(stream, .protocolError) }
        if blockEnds, let length = fields.contentLength, length > 0 { return streamError(stream, .protocolError) }
        message = fields
        var state = StreamState()
        state.id = stream
        state.sendWindow = peer.initialWindowSize
        state.receiveWindow = local.initialWindowSize
        state.declared = fields.contentLength ?? -1
        state.hasHead = true
        state.remoteClosed = blockEnds
        _ = streams.insert(state)
        tag = 0
        return .request(stream: stream, ends: blockEnds)
    }

    private mutating func takeResponse(_ place: Int, _ list: borrowing FieldList) -> HTTP2Event {
        let stream = streams[place].id
        tag = streams[place].tag
        guard let fields = MessageFields.read(list, .response) else { return streamError(stream, .protocolError) }
        message = fields
        if fields.isInterim {
            // An interim response can't be the last (RFC 9113, 8.1).
            if blockEnds { return streamError(stream, .protocolError) }
            return budget.spend(.idle) ? .response(stream: stream, ends: false) : fail(.enhanceYourCalm)
        }
        streams[place].hasHead = true
        let isBodiless = streams[place].ignoresLength || fields.status == 304 || fields.status == 204
        streams[place].ignoresLength = isBodiless
        streams[place].declared = fields.contentLength ?? -1
        if blockEnds, !isBodiless, let length = fields.contentLength, length > 0 {
            return streamError(stream, .protocolError)
        }
        if blockEnds {
            streams[place].remoteClosed = true
            closeIfDone(place)
        }
        return .response(stream: stream, ends: blockEnds)
    }

    private mutating func endWithTrailers(_ place: Int, _ list: borrowing FieldList) -> HTTP2Event {
        let stream = streams[place].id
        tag = streams[place].tag
        guard blockEnds, let fields = MessageFields.read(list, .trailers) else {
            return streamError(stream, .protocolError)
        }
        let declared = streams[place].ignoresLength ? -1 : streams[place].declared
        if declared >= 0, streams[place].received != declared { return streamError(stream, .protocolError) }
        message = fields
        streams[place].remoteClosed = true
        closeIfDone(place)
        return .trailers(stream: stream)
    }
}
