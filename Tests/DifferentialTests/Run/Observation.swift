import ProxyTestSupport

/// Everything that one proxy's run of a row showed.
struct Observation: Sendable {
    var client = ClientEvents()
    var arrivals: [Arrival] = []
    var log: [AccessLogFile.Line] = []
    /// Names of ports: of the listener and the origins.
    var portNames: [UInt16: String] = [:]

    var statuses: [Int] { client.responses.map(\.status) }

    /// Which responses are Petrel's own answers.
    var own: [Int: String] {
        var result: [Int: String] = [:]
        for (index, response) in client.responses.enumerated() {
            if let reason = response["x-petrel-reason"] { result[index] = reason }
        }
        return result
    }

    /// Whether Petrel refused a message as malformed or too large.
    var refused: Bool { own.values.contains { Self.refusals.contains($0) } }

    private static let refusals: Set = ["downstream-protocol-error", "request-too-large", "upgrade-refused"]

    // MARK: - Rendering

    /// What the client received, without what differs for each run. The body
    /// of answers listed in `own` is left out: rule `own-answers`.
    func clientLines(own: Set<Int>, ignoring: Set<String>) -> [String] {
        var lines: [String] = []
        var number = 0
        for event in client.events {
            switch event {
            case .response(let response):
                lines += Self.lines(response, isOwn: own.contains(number), ignoring).map(named)
                number += 1
            case .bytes(let bytes):
                if let part = HTTPMessageText(cut: bytes), part.status > 0 {
                    lines += ["cut short:"] + Self.lines(part, isOwn: false, ignoring).map(named)
                } else {
                    lines.append(named("bytes: " + String(decoding: bytes, as: UTF8.self)))
                }
            case .ended: lines.append("ended")
            case .late: lines.append("late")
            case .refused: lines.append("refused")
            }
        }
        return lines
    }

    private static func lines(_ response: HTTPMessageText, isOwn: Bool, _ ignored: Set<String>) -> [String] {
        var fields: [String] = []
        for field in response.fields {
            if ignored.contains(field.name.lowercased()) { continue }
            switch field.name {
            case "date": continue
            case "x-envoy-upstream-service-time": fields.append("\(field.name): *")
            case "x-petrel-reason": continue
            case "content-length", "content-type": if !isOwn { fields.append("\(field.name): \(field.value)") }
            default: fields.append("\(field.name): \(field.value)")
            }
        }
        // Rule `reason-phrase`: only the status counts.
        var lines = [response.startLine.split(separator: " ").prefix(2).joined(separator: " ")] + fields.sorted()
        if !isOwn, !ignored.contains("body") { lines.append("body: " + String(decoding: response.body, as: UTF8.self)) }
        if !response.trailers.isEmpty { lines.append("trailers: \(response.trailers.map { "\($0.name): \($0.value)" })") }
        return lines
    }

    /// What the origins received. Arrivals of different origins have no order.
    func originLines(ignoring: Set<String>) -> [String] {
        let sorted = arrivals.enumerated().sorted { ($0.element.origin, $0.offset) < ($1.element.origin, $1.offset) }
        return sorted.flatMap { lines($0.element, ignoring) }
    }

    private func lines(_ arrival: Arrival, _ ignored: Set<String>) -> [String] {
        guard let request = HTTPMessageText(arrival.bytes), request.startLine.contains(" HTTP/1.") else {
            let text = String(decoding: arrival.bytes, as: UTF8.self)
            return [named("to \(arrival.origin): \(arrival.isComplete ? "bytes" : "part") \(text)")]
        }
        let fields = request.fields.compactMap { field -> String? in
            if ignored.contains(field.name.lowercased()) { return nil }
            // What is left of the time depends on how long attempts took.
            if field.name == "x-envoy-expected-rq-timeout-ms", let left = Int(field.value) {
                return "\(field.name): \((left + 99) / 100 * 100)"
            }
            if field.name == "x-request-id", Self.isUUID(field.value) { return "x-request-id: <uuid>" }
            return "\(field.name): \(field.value)"
        }
        var lines = ["to \(arrival.origin): \(request.startLine)"] + fields.sorted()
        lines.append("body: " + String(decoding: request.body, as: UTF8.self))
        if !request.trailers.isEmpty { lines.append("trailers: \(request.trailers.map { "\($0.name): \($0.value)" })") }
        return lines.map(named)
    }

    /// The log's lines; of those at `unflagged`, flag and method are left out.
    func logLines(unflagged: Set<Int>, ignoring: Set<String>) -> [String] {
        log.enumerated().map { index, line in
            let ignored = unflagged.contains(index) ? ignoring.union(["response_flags", "method"]) : ignoring
            return AccessLogFile.Line.compared.filter { !ignored.contains($0) }.map { name in
                "\(name)=\(line.fields[name] ?? "-")"
            }.joined(separator: " ")
        }.map(named)
    }

    /// Ports are other ones in each run: their names take their place.
    private func named(_ text: String) -> String {
        var result = text
        for (port, name) in portNames where result.contains(String(port)) {
            result = result.replacing(":\(port)", with: ":<\(name)>")
        }
        for port in client.ports where result.contains(String(port)) {
            result = result.replacing(":\(port)", with: ":<client>")
        }
        return result
    }

    private static func isUUID(_ text: String) -> Bool {
        text.utf8.count == 36 && text.split(separator: "-").map(\.count) == [8, 4, 4, 4, 12]
    }
}
