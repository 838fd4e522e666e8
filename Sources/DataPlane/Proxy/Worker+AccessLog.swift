internal import CPetrelSystem
internal import Telemetry
internal import TrafficModel

/// The fields of one access log line. Nothing secret is among them: no
/// header but the ones named here, no body.
struct AccessLogLine {
    var start: UInt64 = 0
    var method = UnsafeRawBufferPointer(start: nil, count: 0)
    var path = UnsafeRawBufferPointer(start: nil, count: 0)
    var httpVersion = -1
    var status: UInt16 = 0
    var flag: StaticString = "-"
    /// `URX` beside another flag.
    var isLastAttempt = false
    /// `DI` before another flag.
    var wasDelayed = false
    var details: StaticString = ""
    var failure = UnsafeRawBufferPointer(start: nil, count: 0)
    var bytesReceived: UInt64 = 0
    var bytesSent: UInt64 = 0
    var milliseconds: UInt64 = 0
    var serviceMilliseconds: UInt64?
    var forwardedFor = UnsafeRawBufferPointer(start: nil, count: 0)
    var userAgent = UnsafeRawBufferPointer(start: nil, count: 0)
    var requestID = UnsafeRawBufferPointer(start: nil, count: 0)
    var authority = UnsafeRawBufferPointer(start: nil, count: 0)
    var upstream = petrel_address()
    var cluster = UnsafeRawBufferPointer(start: nil, count: 0)
    var upstreamLocal = petrel_address()
    var downstreamLocal = petrel_address()
    var downstreamRemote = petrel_address()
    var serverName = UnsafeRawBufferPointer(start: nil, count: 0)
    var route = UnsafeRawBufferPointer(start: nil, count: 0)
}

extension Worker {
    mutating func logExchange(_ exchange: ExchangePointer) {
        var line = AccessLogLine()
        line.start = exchange.pointee.started &+ realtimeOffset
        line.method = exchange.pointee.bytes(exchange.pointee.method)
        line.path = exchange.pointee.bytes(exchange.pointee.path)
        line.httpVersion = exchange.pointee.flags.contains(.clientHTTP10) ? 10 : 11
        if exchange.pointee.downstream?.pointee.stream != nil { line.httpVersion = 20 }
        line.status = exchange.pointee.status
        line.flag = exchange.pointee.reason.responseFlag
        line.wasDelayed = exchange.pointee.flags.contains(.wasDelayed)
        line.isLastAttempt =
            exchange.pointee.flags.contains(.retryLimitReached) && exchange.pointee.reason != .retryLimit
        line.details = detailsOf(exchange)
        line.failure = exchange.pointee.bytes(exchange.pointee.failure)
        line.bytesReceived = exchange.pointee.bytesReceived
        line.bytesSent = exchange.pointee.bytesSent
        line.milliseconds = (now &- exchange.pointee.started) / 1_000_000
        if exchange.pointee.firstByte > 0 {
            line.serviceMilliseconds = (exchange.pointee.firstByte &- exchange.pointee.sentUpstream) / 1_000_000
        }
        line.forwardedFor = exchange.pointee.bytes(exchange.pointee.forwardedFor)
        line.userAgent = exchange.pointee.bytes(exchange.pointee.userAgent)
        line.requestID = exchange.pointee.bytes(exchange.pointee.requestID)
        line.authority = exchange.pointee.bytes(exchange.pointee.authority)
        line.upstream = exchange.pointee.upstreamAddress
        if let cluster = exchange.pointee.cluster {
            line.cluster = UnsafeRawBufferPointer(cluster.pointee.plan.name.buffer)
        }
        line.upstreamLocal = exchange.pointee.upstreamLocal
        if let downstream = exchange.pointee.downstream {
            line.downstreamLocal = downstream.pointee.local
            line.downstreamRemote = downstream.pointee.peer
            line.serverName = downstream.pointee.serverName.bytes
        }
        if let snapshot = exchange.pointee.snapshot, let decision = exchange.pointee.decision, decision.route >= 0 {
            line.route = UnsafeRawBufferPointer(snapshot.pointee.tables.route(of: decision).name.buffer)
        }
        write(line)
    }

    private func detailsOf(_ exchange: ExchangePointer) -> StaticString {
        if exchange.pointee.reason != .none { return exchange.pointee.reason.code }
        return exchange.pointee.flags.contains(.localReply) ? "direct_response" : "via_upstream"
    }

    /// The line of a connection that was relayed or refused.
    mutating func logConnection(
        _ connection: ConnectionPointer, reason: Reason, cluster: FlatText, upstream: petrel_address,
        sent: UInt64 = 0, detail: String = ""
    ) {
        guard settings.logFormat != nil else { return }
        var line = AccessLogLine()
        line.start = connection.pointee.opened &+ realtimeOffset
        // Envoy's flag for a relay that the upstream reset; a request's is UC.
        line.flag = reason == .upstreamReset ? "UR" : reason.responseFlag
        line.details = reason.code
        line.bytesReceived = connection.pointee.relayed
        line.bytesSent = sent
        line.milliseconds = (now &- connection.pointee.opened) / 1_000_000
        line.upstream = upstream
        line.cluster = UnsafeRawBufferPointer(cluster.buffer)
        line.downstreamLocal = connection.pointee.local
        line.downstreamRemote = connection.pointee.peer
        line.serverName = connection.pointee.serverName.bytes
        var words = detail
        words.withUTF8 { bytes in
            line.failure = UnsafeRawBufferPointer(bytes)
            write(line)
        }
    }

    private mutating func write(_ line: AccessLogLine) {
        if log.isEmpty { logFlushAt = milliseconds &+ settings.logFlushMilliseconds }
        let isJSON = settings.logFormat == .json
        log.append { room in
            // One byte stays for the line's end, however long it is.
            var writer = LineWriter(room)
            if isJSON { line.writeJSON(&writer) } else { line.writeText(&writer) }
            return writer.finish()
        }
    }
}

/// Writes a log line; text of clients is cut, and can't end the line or leave
/// its quotes.
struct LineWriter {
    private var writer: ByteWriter
    private let room: UnsafeMutableRawBufferPointer

    init(_ room: UnsafeMutableRawBufferPointer) {
        self.room = room
        writer = ByteWriter(UnsafeMutableRawBufferPointer(rebasing: room[0..<room.count - 1]))
    }

    mutating func text(_ value: StaticString) { writer.text(value) }
    mutating func number(_ value: UInt64) { writer.number(value) }
    mutating func address(_ value: petrel_address) { writer.address(value) }
    mutating func time(_ nanoseconds: UInt64) { HTTPDate.writeISO(&writer, nanoseconds: nanoseconds) }

    /// At most 4 KiB of a value; `-` stands for nothing.
    mutating func value(_ bytes: UnsafeRawBufferPointer, or nothing: StaticString = "-") {
        if bytes.count == 0 { return writer.text(nothing) }
        for byte in bytes.prefix(4096) {
            switch byte {
            case 0x22, 0x5c:
                writer.byte(0x5c)
                writer.byte(byte)
            case 0..<0x20, 0x7f:
                writer.text("\\u00")
                writer.hex(UInt64(byte), width: 2)
            default: writer.byte(byte)
            }
        }
    }

    /// Ends the line; the number of bytes.
    mutating func finish() -> Int {
        room[writer.count] = 0x0a
        return writer.count + 1
    }
}

extension AccessLogLine {
    private var protocolName: StaticString? {
        switch httpVersion {
        case 10: "HTTP/1.0"
        case 11: "HTTP/1.1"
        case 20: "HTTP/2"
        default: nil
        }
    }

    /// Istio's default format.
    func writeText(_ writer: inout LineWriter) {
        writer.text("[")
        writer.time(start)
        writer.text("] \"")
        writer.value(method)
        writer.text(" ")
        writer.value(path)
        writer.text(" ")
        writer.text(protocolName ?? "-")
        writer.text("\" ")
        writer.number(UInt64(status))
        writer.text(" ")
        writeFlags(&writer)
        writer.text(" ")
        writer.text(details.utf8CodeUnitCount == 0 ? "-" : details)
        writer.text(" - \"")
        writer.value(failure)
        writer.text("\" ")
        writer.number(bytesReceived)
        writer.text(" ")
        writer.number(bytesSent)
        writer.text(" ")
        writer.number(milliseconds)
        writer.text(" ")
        if let serviceMilliseconds { writer.number(serviceMilliseconds) } else { writer.text("-") }
        for value in [forwardedFor, userAgent, requestID, authority] {
            writer.text(" \"")
            writer.value(value)
            writer.text("\"")
        }
        writer.text(" \"")
        writer.address(upstream)
        writer.text("\" ")
        writer.value(cluster)
        writer.text(" ")
        writer.address(upstreamLocal)
        writer.text(" ")
        writer.address(downstreamLocal)
        writer.text(" ")
        writer.address(downstreamRemote)
        writer.text(" ")
        writer.value(serverName)
        writer.text(" ")
        writer.value(route)
    }

    /// Envoy's response flags: most often one.
    private func writeFlags(_ writer: inout LineWriter) {
        let isAlone = flag.utf8CodeUnitCount == 1
        if wasDelayed { writer.text(isAlone ? "DI" : "DI,") }
        if isLastAttempt { writer.text("URX,") }
        if !isAlone || !wasDelayed { writer.text(flag) }
    }

    /// The same fields as JSON, with the names Istio gives them.
    func writeJSON(_ writer: inout LineWriter) {
        writer.text("{\"start_time\":\"")
        writer.time(start)
        writer.text("\",\"method\":")
        quoted(&writer, method)
        writer.text(",\"path\":")
        quoted(&writer, path)
        writer.text(",\"protocol\":")
        if let protocolName {
            writer.text("\"")
            writer.text(protocolName)
            writer.text("\"")
        } else {
            writer.text("null")
        }
        writer.text(",\"response_code\":")
        writer.number(UInt64(status))
        writer.text(",\"response_flags\":\"")
        writeFlags(&writer)
        writer.text("\",\"response_code_details\":\"")
        writer.text(details)
        writer.text("\",\"upstream_transport_failure_reason\":")
        quoted(&writer, failure)
        writer.text(",\"bytes_received\":")
        writer.number(bytesReceived)
        writer.text(",\"bytes_sent\":")
        writer.number(bytesSent)
        writer.text(",\"duration\":")
        writer.number(milliseconds)
        writer.text(",\"upstream_service_time\":")
        if let serviceMilliseconds { writer.number(serviceMilliseconds) } else { writer.text("null") }
        writer.text(",\"x_forwarded_for\":")
        quoted(&writer, forwardedFor)
        writer.text(",\"user_agent\":")
        quoted(&writer, userAgent)
        writer.text(",\"request_id\":")
        quoted(&writer, requestID)
        writer.text(",\"authority\":")
        quoted(&writer, authority)
        writer.text(",\"upstream_host\":")
        quoted(&writer, upstream)
        writer.text(",\"upstream_cluster\":")
        quoted(&writer, cluster)
        writer.text(",\"upstream_local_address\":")
        quoted(&writer, upstreamLocal)
        writer.text(",\"downstream_local_address\":")
        quoted(&writer, downstreamLocal)
        writer.text(",\"downstream_remote_address\":")
        quoted(&writer, downstreamRemote)
        writer.text(",\"requested_server_name\":")
        quoted(&writer, serverName)
        writer.text(",\"route_name\":")
        quoted(&writer, route)
        writer.text("}")
    }

    private func quoted(_ writer: inout LineWriter, _ bytes: UnsafeRawBufferPointer) {
        if bytes.count == 0 { return writer.text("null") }
        writer.text("\"")
        writer.value(bytes)
        writer.text("\"")
    }

    private func quoted(_ writer: inout LineWriter, _ address: petrel_address) {
        if address.family == 0 { return writer.text("null") }
        writer.text("\"")
        writer.address(address)
        writer.text("\"")
    }
}
