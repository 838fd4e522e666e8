import ProxyTestSupport

extension Group {
    /// What origins do, as the table says it: one answer, or a list of them.
    static func script(_ value: Value, kind: RecordingOrigin.Kind) throws -> [[OriginStep]] {
        if case .list(let items) = value { return try items.map { try answer($0, kind) } }
        return [try answer(value, kind)]
    }

    /// One answer: a status, a word, raw bytes, a map, or a list of steps.
    private static func answer(_ value: Value, _ kind: RecordingOrigin.Kind) throws -> [OriginStep] {
        switch value {
        case .int(let status): return [.send(response(status, headers: [:], body: nil))]
        case .string(let text): return [word(text) ?? .send(Array(text.utf8))]
        case .list(let items): return try items.flatMap { try answer($0, kind) }
        case .map:
            if let raw = value["send"] { return [.send(content(raw))] }
            if let pause = value["pause"]?.int { return [.pause(milliseconds: pause)] }
            if let count = value["read"]?.int { return [.read(count)] }
            return answer(of: value)
        case .null, .bool, .double: throw Malformed(description: "not an answer: \(value.json)")
        }
    }

    private static func word(_ text: String) -> OriginStep? {
        switch text {
        case "close": .close
        case "reset": .reset
        case "hang": .hang
        case "echo": .echo
        case "finish": .finish
        case "early": .early
        default: nil
        }
    }

    private static func answer(of value: Value) -> [OriginStep] {
        var steps: [OriginStep] = []
        if let delay = value["delay"]?.int { steps.append(.pause(milliseconds: delay)) }
        let headers = value["headers"] ?? [:]
        let status = value["status"]?.int ?? 200
        if let chunks = value["chunks"] {
            var text = head(status, headers) + "transfer-encoding: chunked\r\n\r\n"
            for chunk in chunks.items {
                let part = chunk.text ?? ""
                text += String(part.utf8.count, radix: 16) + "\r\n" + part + "\r\n"
            }
            text += "0\r\n"
            for entry in value["trailers"]?.entries ?? [] { text += "\(entry.key): \(entry.value.text ?? "")\r\n" }
            steps.append(.send(Array((text + "\r\n").utf8)))
        } else {
            steps.append(.send(response(status, headers: headers, body: value["body"])))
        }
        if let last = value["then"]?.text.flatMap(word) { steps.append(last) }
        return steps
    }

    private static func head(_ status: Int, _ headers: Value) -> String {
        var text = "HTTP/1.1 \(status) \(phrase(status))\r\n"
        for entry in headers.entries {
            let values = entry.value.items.isEmpty ? [entry.value] : entry.value.items
            for one in values { text += "\(entry.key): \(one.text ?? "")\r\n" }
        }
        return text
    }

    /// The reason phrases that Envoy has, so that they agree.
    private static func phrase(_ status: Int) -> String {
        switch status {
        case 100: "Continue"
        case 101: "Switching Protocols"
        case 200: "OK"
        case 201: "Created"
        case 204: "No Content"
        case 206: "Partial Content"
        case 301: "Moved Permanently"
        case 302: "Found"
        case 304: "Not Modified"
        case 400: "Bad Request"
        case 401: "Unauthorized"
        case 403: "Forbidden"
        case 404: "Not Found"
        case 409: "Conflict"
        case 429: "Too Many Requests"
        case 500: "Internal Server Error"
        case 502: "Bad Gateway"
        case 503: "Service Unavailable"
        case 504: "Gateway Timeout"
        default: "Status"
        }
    }

    private static func response(_ status: Int, headers: Value, body: Value?) -> [UInt8] {
        let content = body.map(Self.content) ?? Array("answer \(status)\n".utf8)
        var text = head(status, headers)
        let hasBody = status >= 200 && status != 204 && status != 304
        if hasBody { text += "content-length: \(content.count)\r\n" }
        return Array((text + "\r\n").utf8) + (hasBody ? content : [])
    }
}
