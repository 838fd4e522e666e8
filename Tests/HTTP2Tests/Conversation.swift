@testable import HTTP2

/// Both ends of a wire in a test: the session under test, and a peer that
/// says anything.
struct Conversation {
    var session: HTTP2Session
    var list = FieldList()
    var encoder = HPACKEncoder(usesHuffman: false)
    private var decoder = HPACKDecoder()
    private var pending: [UInt8] = []

    /// A session whose peer said its preface and settings.
    static func server(_ change: (inout HTTP2Settings) -> Void = { _ in }) -> Conversation {
        var settings = HTTP2Settings()
        settings.maximumConcurrentStreams = 10
        settings.enablesConnectProtocol = true
        change(&settings)
        var result = Conversation(session: HTTP2Session(.server, local: settings, connectionWindow: 65_535))
        result.session.begin()
        _ = result.say(Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8) + frame(4))
        result.session.output = []
        return result
    }

    static func client() -> Conversation {
        var settings = HTTP2Settings()
        settings.enablesPush = false
        var result = Conversation(session: HTTP2Session(.client, local: settings, connectionWindow: 65_535))
        result.session.begin()
        _ = result.say(frame(4))
        result.session.output = []
        return result
    }

    init(session: HTTP2Session) { self.session = session }

    /// Gives the session bytes; what it made of them, without `handled`.
    /// Requests get a tag, as their caller would give them.
    mutating func say(_ bytes: [UInt8]) -> [HTTP2Event] {
        let pending = self.pending + bytes
        var events: [HTTP2Event] = []
        var offset = 0
        while true {
            let step = session.next(pending.span, at: offset, into: &list)
            offset += step.consumed
            switch step.event {
            case .needsMore:
                self.pending = Array(pending.dropFirst(offset))
                return events
            case .handled: continue
            case .request(let stream, _):
                session.setTag(UInt64(stream), of: stream)
                events.append(step.event)
            case .failed:
                self.pending = []
                return events + [step.event]
            default: events.append(step.event)
            }
        }
    }

    func headers(_ stream: UInt32, _ fields: [String], flags: UInt8 = 5, encoder: inout HPACKEncoder) -> [UInt8] {
        frame(1, flags: flags, stream: stream, encode(&encoder, fields))
    }

    /// A HEADERS frame; by default the last frame of its stream.
    mutating func head(_ stream: UInt32, _ fields: [String] = Conversation.get, flags: UInt8 = 5) -> [UInt8] {
        frame(1, flags: flags, stream: stream, encode(&encoder, fields))
    }

    static let get = [":method: GET", ":scheme: http", ":path: /", ":authority: a"]
    static let post = [":method: POST", ":scheme: http", ":path: /", ":authority: a"]

    /// The frames in `output`, which is emptied.
    mutating func heard() -> [String] {
        let output = session.output
        session.output = []
        var result: [String] = []
        var offset = 0
        while let header = HTTP2FrameHeader(output.span, at: offset) {
            let start = offset + HTTP2FrameHeader.size
            let payload = Array(output[start..<start + header.length])
            result.append(describe(header, payload))
            offset = start + header.length
        }
        return result
    }

    private mutating func describe(_ header: HTTP2FrameHeader, _ payload: [UInt8]) -> String {
        func number(_ at: Int) -> UInt32 { payload.span.number32(at: at) }
        let ends = header.flags.contains(.endStream)
        switch header.kind {
        case 0: return "DATA \(header.stream) \(payload.count)\(ends ? " end" : "")"
        case 1:
            var list = FieldList()
            let isWhole = header.flags.contains(.endHeaders) && decoder.decode(payload.span, into: &list)
            return "HEADERS \(header.stream)\(ends ? " end" : "")" + (isWhole ? " \(texts(list))" : "")
        case 3: return "RST_STREAM \(header.stream) \(number(0))"
        case 4: return header.flags.contains(.acknowledge) ? "SETTINGS ack" : "SETTINGS"
        case 6: return header.flags.contains(.acknowledge) ? "PING ack" : "PING"
        case 7: return "GOAWAY \(number(0)) \(number(4))"
        case 8: return "WINDOW_UPDATE \(header.stream) \(number(0))"
        case 9: return "CONTINUATION \(header.stream)"
        default: return "frame \(header.kind)"
        }
    }
}

func frame(_ kind: UInt8, flags: UInt8 = 0, stream: UInt32 = 0, _ payload: [UInt8] = []) -> [UInt8] {
    var output: [UInt8] = []
    HTTP2FrameHeader(length: payload.count, kind: kind, flags: .init(rawValue: flags), stream: stream).write(to: &output)
    return output + payload
}

func number(_ value: UInt32) -> [UInt8] {
    var output: [UInt8] = []
    output.append(number: value)
    return output
}

/// An event in a few words, for expectations.
func words(_ event: HTTP2Event) -> String {
    switch event {
    case .needsMore: "needs more"
    case .handled: "handled"
    case .request(let stream, let ends): "request \(stream)\(ends ? " end" : "")"
    case .response(let stream, let ends): "response \(stream)\(ends ? " end" : "")"
    case .trailers(let stream): "trailers \(stream)"
    case .data(let stream, _, let count, _, let ends): "data \(stream) \(count)\(ends ? " end" : "")"
    case .reset(let stream, let code, let byPeer): "reset \(stream) \(code.rawValue)\(byPeer ? " by peer" : "")"
    case .windowOpened(let stream): "window \(stream)"
    case .settingsChanged: "settings"
    case .goAway(let last, let code): "goaway \(last) \(code.rawValue)"
    case .failed(let code): "failed \(code.rawValue)"
    }
}
