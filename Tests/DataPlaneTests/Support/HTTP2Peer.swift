import HTTP2

/// One end of an HTTP/2 connection of a test, with blocking reads: a client,
/// or an origin's side of an accepted socket.
final class HTTP2Peer {
    /// What one stream said so far.
    struct Message {
        var fields: [String] = []
        var interim: [[String]] = []
        var body: [UInt8] = []
        var trailers: [String] = []
        var hasHead = false
        var isComplete = false
        var reset: UInt32?

        var text: String { String(decoding: body, as: UTF8.self) }
        subscript(name: String) -> String? {
            fields.first { $0.hasPrefix(name + ": ") }.map { String($0.dropFirst(name.utf8.count + 2)) }
        }
    }

    let socket: RawSocket
    var session: HTTP2Session
    /// Streams in the order of their heads.
    private(set) var heads: [UInt32] = []
    private(set) var messages: [UInt32: Message] = [:]
    private(set) var failure: HTTP2ErrorCode?
    private(set) var goAway: HTTP2ErrorCode?
    /// Whether windows are given back at once.
    var givesBack = true
    private var list = FieldList()
    private var pending: [UInt8] = []

    init(_ role: HTTP2Session.Role, _ socket: RawSocket, change: (inout HTTP2Settings) -> Void = { _ in }) throws {
        self.socket = socket
        var settings = HTTP2Settings()
        if role == .client { settings.enablesPush = false } else { settings.enablesConnectProtocol = true }
        change(&settings)
        session = HTTP2Session(role, local: settings, connectionWindow: 65_535)
        session.begin()
        try flush()
    }

    func flush() throws {
        let output = session.output
        session.output = []
        if !output.isEmpty { try socket.write(output) }
    }

    // MARK: - Saying

    /// Begins a request; its stream.
    func request(_ fields: [String], body: String? = nil, trailers: [String] = [], ends: Bool = true) throws -> UInt32 {
        // Before the peer said how many streams it takes there is one.
        try wait { $0.session.hasPeerSettings }
        let isHead = fields.contains(":method: HEAD")
        guard let stream = session.open(tag: UInt64(session.streamCount + 1), ignoresLength: isHead) else {
            throw RawSocket.Failure(description: "no room for a stream")
        }
        messages[stream] = Message()
        try say(stream, fields, body: body.map { Array($0.utf8) }, trailers: trailers, ends: ends)
        return stream
    }

    func get(_ path: String = "/", _ more: [String] = []) throws -> UInt32 {
        try request([":method: GET", ":scheme: http", ":path: \(path)", ":authority: a"] + more)
    }

    /// Sends a whole message on a stream.
    func say(_ stream: UInt32, _ fields: [String], body: [UInt8]? = nil, trailers: [String] = [], ends: Bool = true) throws {
        try head(stream, fields, ends: ends && body == nil && trailers.isEmpty)
        if let body { try data(stream, body, ends: ends && trailers.isEmpty) }
        if !trailers.isEmpty { try head(stream, trailers, ends: true) }
    }

    func head(_ stream: UInt32, _ fields: [String], ends: Bool) throws {
        guard session.beginHead(stream, ends: ends) else { throw RawSocket.Failure(description: "stream \(stream) is gone") }
        for field in fields {
            let all = Array(field.utf8)
            let colon = all.dropFirst().firstIndex(of: 0x3a) ?? all.endIndex
            session.field(Array(all[..<colon]).span, Array(all[min(all.count, colon + 2)...]).span)
        }
        session.endHead()
        try flush()
    }

    func data(_ stream: UInt32, _ bytes: [UInt8], ends: Bool) throws {
        var sent = 0
        repeat {
            sent += session.sendData(stream, bytes.span.extracting(sent..<bytes.count), ends: ends, most: 1 << 20)
            try flush()
            if sent < bytes.count { try read() }
        } while sent < bytes.count
    }

    // MARK: - Hearing

    /// Reads until `condition` holds.
    func wait(_ condition: (HTTP2Peer) -> Bool) throws {
        while !condition(self) { try read() }
    }

    /// The whole message of a stream, or its reset.
    func message(_ stream: UInt32) throws -> Message {
        try wait { $0.messages[stream].map { $0.isComplete || $0.reset != nil } ?? false }
        return messages[stream] ?? Message()
    }

    /// The next stream that the other side began, whole. For origins.
    func nextRequest() throws -> (UInt32, Message) {
        try wait { peer in peer.heads.contains { peer.messages[$0]?.isComplete ?? false } }
        guard let place = heads.firstIndex(where: { messages[$0]?.isComplete ?? false }) else {
            throw RawSocket.Failure(description: "no request")
        }
        let stream = heads.remove(at: place)
        return (stream, messages[stream] ?? Message())
    }

    /// Reads once, and obeys.
    func read() throws {
        guard let more = socket.readSome() else { throw RawSocket.Failure(description: "nothing came in time") }
        if more.isEmpty { throw RawSocket.Failure(description: "the connection ended") }
        let bytes = pending + more
        var offset = 0
        loop: while true {
            let step = session.next(bytes.span, at: offset, into: &list)
            offset += step.consumed
            switch step.event {
            case .needsMore: break loop
            case .handled: continue
            case .windowOpened, .settingsChanged: continue
            case .request(let stream, let ends):
                session.setTag(UInt64(stream), of: stream)
                heads.append(stream)
                messages[stream] = Message(fields: texts, hasHead: true, isComplete: ends)
            case .response(let stream, let ends):
                if session.message.isInterim {
                    messages[stream]?.interim.append(texts)
                } else {
                    messages[stream]?.fields = texts
                    messages[stream]?.hasHead = true
                    messages[stream]?.isComplete = ends
                }
            case .trailers(let stream):
                messages[stream]?.trailers = texts
                messages[stream]?.isComplete = true
            case .data(let stream, let start, let count, let credit, let ends):
                messages[stream]?.body += bytes[start..<start + count]
                if ends { messages[stream]?.isComplete = true }
                if givesBack { session.credit(stream, credit) }
            case .reset(let stream, let code, _): messages[stream]?.reset = code.rawValue
            case .goAway(_, let code): goAway = code
            case .failed(let code):
                failure = code
                break loop
            }
        }
        pending = Array(bytes.dropFirst(offset))
        try flush()
    }

    private var texts: [String] {
        list.fields.map {
            String(decoding: list.storage[$0.name], as: UTF8.self) + ": "
                + String(decoding: list.storage[$0.value], as: UTF8.self)
        }
    }
}

extension ScriptedOrigin {
    /// An origin that speaks HTTP/2: every request is noted and answered.
    static func http2(
        change: @escaping @Sendable (inout HTTP2Settings) -> Void = { _ in },
        _ answer: @escaping @Sendable (HTTP2Peer, UInt32, HTTP2Peer.Message) throws -> Void
    ) throws -> ScriptedOrigin {
        try ScriptedOrigin { socket, origin in
            let peer = try HTTP2Peer(.server, socket, change: change)
            while true {
                let (stream, request) = try peer.nextRequest()
                origin.note((request.fields + ["", request.text] + request.trailers).joined(separator: "\n"))
                try answer(peer, stream, request)
            }
        }
    }
}

extension ProxyResources {
    /// A cluster's `extra` that asks for HTTP/2.
    static let http2 = """
        ,"typedExtensionProtocolOptions":{"envoy.extensions.upstreams.http.v3.HttpProtocolOptions":{"@type":\
        "type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions","explicitHttpConfig":\
        {"http2ProtocolOptions":{}}}}
        """
    /// One that asks for what the client speaks.
    static let asDownstream = """
        ,"typedExtensionProtocolOptions":{"envoy.extensions.upstreams.http.v3.HttpProtocolOptions":{"@type":\
        "type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions","useDownstreamProtocolConfig":\
        {"http2ProtocolOptions":{}}}}
        """
}
