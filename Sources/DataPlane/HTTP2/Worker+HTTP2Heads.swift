internal import CPetrelSystem
internal import HTTP2
internal import TrafficModel

// Heads in HTTP/1.1's form become header blocks.

extension Worker {
    /// Writes the head at the start of `bytes`; its length, or nil when it
    /// isn't one.
    mutating func writeHead(
        _ stream: ConnectionPointer, _ state: StreamPointer, _ carrier: CarrierPointer, _ bytes: UnsafeRawBufferPointer
    ) -> Int? {
        guard let lineEnd = endOfLine(bytes, from: 0) else { return nil }
        let first = UnsafeRawBufferPointer(rebasing: bytes[0..<lineEnd])
        let facts = readFacts(bytes, from: lineEnd + 2)
        guard facts.end > 0 else { return nil }
        if stream.pointee.role == .downstreamHTTP || stream.pointee.role == .relayDownstream {
            return writeResponse(stream, state, carrier, bytes, first, facts)
        }
        return writeRequest(stream, state, carrier, bytes, first, facts)
    }

    /// What the lines of a head say about its body.
    private struct HeadFacts {
        /// Bytes of the head, the empty line included; 0 when it has no end.
        var end = 0
        var length: UInt64?
        var isChunked = false
        var host = 0..<0
        var scheme = 0..<0
        var upgrade = 0..<0
    }

    private func readFacts(_ bytes: UnsafeRawBufferPointer, from start: Int) -> HeadFacts {
        var facts = HeadFacts()
        var position = start
        while let line = nextLine(bytes, &position) {
            let name = UnsafeRawBufferPointer(rebasing: bytes[line.name])
            switch name.count {
            case 4 where equals(name, "host"): facts.host = line.value
            case 7 where equals(name, "upgrade"): facts.upgrade = line.value
            case 14 where equals(name, "content-length"):
                facts.length = HTTP1Semantics.number(Span<UInt8>(_unsafeBytes: bytes), line.value)
            case 17 where equals(name, "transfer-encoding"): facts.isChunked = true
            case 17 where equals(name, "x-forwarded-proto"): facts.scheme = line.value
            default: continue
            }
        }
        if position > 0 { facts.end = position }
        return facts
    }

    // MARK: - Responses

    private mutating func writeResponse(
        _ stream: ConnectionPointer, _ state: StreamPointer, _ carrier: CarrierPointer, _ bytes: UnsafeRawBufferPointer,
        _ first: UnsafeRawBufferPointer, _ facts: HeadFacts
    ) -> Int? {
        guard first.count >= 12 else { return nil }
        let code = UnsafeRawBufferPointer(rebasing: first[9..<12])
        let status = code.reduce(0) { $0 * 10 + Int($1 &- 0x30) }
        let opensTunnel = state.pointee.isTunnel && (status == 101 || (!state.pointee.isExtendedConnect && status / 100 == 2))
        let isHead = stream.pointee.exchange?.pointee.flags.contains(.isHead) ?? false
        let isInterim = status < 200 && !opensTunnel
        let hasBody = !isHead && status != 204 && status != 304
        let framing: BodyFraming =
            facts.isChunked ? .chunked : (facts.length.map { $0 > 0 ? .length($0) : .none } ?? .none)
        let ends = !isInterim && !opensTunnel && (!hasBody || framing == .none)
        guard carrier.pointee.session.beginHead(state.pointee.id, ends: ends) else { return nil }
        if opensTunnel {
            let two: StaticString = "200"
            field(carrier, ":status", UnsafeRawBufferPointer(start: two.utf8Start, count: 3))
        } else {
            field(carrier, ":status", code)
        }
        let dropsLength = otherImpliesLength(stream)
        writeLines(carrier, UnsafeRawBufferPointer(rebasing: bytes[(first.count + 2)..<facts.end]), dropsLength: dropsLength)
        carrier.pointee.session.endHead()
        if opensTunnel {
            state.pointee.writing = .tunnel
        } else if ends {
            state.pointee.writing = .done
        } else if !isInterim {
            state.pointee.body = BodyReader(framing)
            state.pointee.writing = .body
        }
        return facts.end
    }

    private func otherImpliesLength(_ stream: ConnectionPointer) -> Bool {
        stream.pointee.exchange?.pointee.upstream?.pointee.stream?.pointee.impliedLength ?? false
    }

    // MARK: - Requests

    private mutating func writeRequest(
        _ stream: ConnectionPointer, _ state: StreamPointer, _ carrier: CarrierPointer, _ bytes: UnsafeRawBufferPointer,
        _ first: UnsafeRawBufferPointer, _ facts: HeadFacts
    ) -> Int? {
        guard let space = first.firstIndex(of: 0x20), let last = first.lastIndex(of: 0x20), last > space else { return nil }
        let method = UnsafeRawBufferPointer(rebasing: first[0..<space])
        let path = UnsafeRawBufferPointer(rebasing: first[(space + 1)..<last])
        let isConnect = equals(method, "CONNECT")
        let isUpgrade = !facts.upgrade.isEmpty
        let isTunnel = isConnect || isUpgrade
        // An upgrade of HTTP/1 is an extended CONNECT here (RFC 8441), if
        // the upstream knows it.
        if isUpgrade, !carrier.pointee.session.peer.enablesConnectProtocol { return nil }
        let framing: BodyFraming =
            facts.isChunked ? .chunked : (facts.length.map { $0 > 0 ? .length($0) : .none } ?? .none)
        let ends = !isTunnel && framing == .none
        guard carrier.pointee.session.beginHead(state.pointee.id, ends: ends) else { return nil }
        if isUpgrade {
            let connect: StaticString = "CONNECT"
            field(carrier, ":method", UnsafeRawBufferPointer(start: connect.utf8Start, count: 7))
            field(carrier, ":protocol", UnsafeRawBufferPointer(rebasing: bytes[facts.upgrade]))
        } else {
            field(carrier, ":method", method)
        }
        if !isConnect {
            if facts.scheme.isEmpty {
                let http: StaticString = "http"
                field(carrier, ":scheme", UnsafeRawBufferPointer(start: http.utf8Start, count: 4))
            } else {
                field(carrier, ":scheme", UnsafeRawBufferPointer(rebasing: bytes[facts.scheme]))
            }
            field(carrier, ":path", path)
        }
        field(carrier, ":authority", UnsafeRawBufferPointer(rebasing: bytes[facts.host]))
        writeLines(
            carrier, UnsafeRawBufferPointer(rebasing: bytes[(first.count + 2)..<facts.end]), dropsHost: true)
        carrier.pointee.session.endHead()
        state.pointee.isTunnel = isTunnel
        state.pointee.isExtendedConnect = isUpgrade
        if isTunnel {
            state.pointee.writing = .tunnel
        } else if ends {
            state.pointee.writing = .done
        } else {
            state.pointee.body = BodyReader(framing)
            state.pointee.writing = .body
        }
        return facts.end
    }

    // MARK: - Lines

    private func field(_ carrier: CarrierPointer, _ name: StaticString, _ value: UnsafeRawBufferPointer) {
        carrier.pointee.session.field(name, Span(_unsafeBytes: value))
    }

    /// Writes header lines as fields, without those that belong to one
    /// connection of HTTP/1 (RFC 9113, 8.2.2).
    func writeLines(
        _ carrier: CarrierPointer, _ bytes: UnsafeRawBufferPointer, dropsLength: Bool = false, dropsHost: Bool = false
    ) {
        var position = 0
        while let line = nextLine(bytes, &position) {
            let name = UnsafeRawBufferPointer(rebasing: bytes[line.name])
            switch name.count {
            case 4 where dropsHost && equals(name, "host"): continue
            case 7 where equals(name, "upgrade"): continue
            case 10 where equals(name, "connection") || equals(name, "keep-alive"): continue
            case 14 where dropsLength && equals(name, "content-length"): continue
            case 16 where equals(name, "proxy-connection"): continue
            case 17 where equals(name, "transfer-encoding"): continue
            default: break
            }
            carrier.pointee.session.field(
                Span(_unsafeBytes: name), Span(_unsafeBytes: UnsafeRawBufferPointer(rebasing: bytes[line.value])))
        }
    }

    private func equals(_ bytes: UnsafeRawBufferPointer, _ text: StaticString) -> Bool {
        guard bytes.count == text.utf8CodeUnitCount else { return false }
        for offset in 0..<bytes.count {
            var byte = bytes[offset]
            if byte &- 0x41 < 26 { byte |= 0x20 }
            if byte != text.utf8Start[offset] { return false }
        }
        return true
    }

    /// The value of a line of a head; empty without one.
    func value(of name: StaticString, in head: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        var position = endOfLine(head, from: 0).map { $0 + 2 } ?? head.count
        while let line = nextLine(head, &position) {
            if equals(UnsafeRawBufferPointer(rebasing: head[line.name]), name) {
                return UnsafeRawBufferPointer(rebasing: head[line.value])
            }
        }
        return UnsafeRawBufferPointer(start: nil, count: 0)
    }

    /// The next line with a name and a value; nil behind the last one.
    /// `position` moves on, over the empty line too.
    private func nextLine(_ bytes: UnsafeRawBufferPointer, _ position: inout Int) -> (name: Range<Int>, value: Range<Int>)? {
        while position < bytes.count {
            guard let end = endOfLine(bytes, from: position) else {
                position = 0
                return nil
            }
            let start = position
            position = end + 2
            if end == start { return nil }
            guard let colon = bytes[start..<end].firstIndex(of: 0x3a) else { continue }
            var from = colon + 1
            while from < end, bytes[from] == 0x20 || bytes[from] == 0x09 { from += 1 }
            var to = end
            while to > from, bytes[to - 1] == 0x20 || bytes[to - 1] == 0x09 { to -= 1 }
            return (start..<colon, from..<to)
        }
        return nil
    }

    private func endOfLine(_ bytes: UnsafeRawBufferPointer, from start: Int) -> Int? {
        guard let base = bytes.baseAddress, start < bytes.count else { return nil }
        let from = (base + start).assumingMemoryBound(to: UInt8.self)
        guard let found = petrel_find_byte(from, bytes.count - start, 0x0d) else { return nil }
        return start + from.distance(to: found)
    }
}
