import ProxyTestSupport

extension Group {
    struct Malformed: Error, CustomStringConvertible {
        var description: String
    }

    init(_ value: Value) throws {
        guard let name = value["group"]?.text else { throw Malformed(description: "a group has no name: \(value.json)") }
        self.name = name
        configuration = value
        if value["protocol"]?.text == "tcp" { originKind = .stream }
        let keys: Set = [
            "group", "protocol", "clusters", "routes", "host", "hosts", "table", "manager", "filters", "router",
            "listener", "network", "chains", "cases", "origin",
        ]
        for entry in value.entries where !keys.contains(entry.key) {
            throw Malformed(description: "\(name): unknown key \(entry.key)")
        }
        cases = []
        let shared = try value["origin"].map { try Self.script($0, kind: originKind) }
        for (index, item) in (value["cases"]?.items ?? []).enumerated() {
            var row = try Self.row(item, kind: originKind, fallback: "\(name)-\(index + 1)")
            if let shared, row.origins["*"] == nil { row.origins["*"] = shared }
            cases.append(row)
        }
        guard !cases.isEmpty else { throw Malformed(description: "\(name) has no cases") }
    }

    private static let rowKeys: Set<String> = [
        "id", "request", "host", "headers", "body", "raw", "steps", "origin", "origins", "arrivals", "expect", "takes",
        "ignore", "differs", "own", "times", "head", "responses", "end", "chunks",
    ]

    private static func row(_ value: Value, kind: RecordingOrigin.Kind, fallback: String) throws -> Row {
        let value: Value = value.text.map { .map([.init(key: "request", value: .string($0))]) } ?? value
        let id = value["id"]?.text ?? fallback
        for entry in value.entries where !rowKeys.contains(entry.key) {
            throw Malformed(description: "\(id): unknown key \(entry.key)")
        }
        var row = Row(id: id, steps: try steps(value, id))
        row.toHead = value["head"]?.bool ?? (value["request"]?.text?.hasPrefix("HEAD ") == true)
        if let script = value["origin"] { row.origins["*"] = try self.script(script, kind: kind) }
        for entry in value["origins"]?.entries ?? [] {
            row.origins[entry.key] = try self.script(entry.value, kind: kind)
        }
        row.arrivals = value["arrivals"]?.int
        if let expected = value["expect"] {
            row.expected = expected.int.map { [$0] } ?? expected.items.compactMap(\.int)
        }
        row.atLeast = value["takes"]?.int.map { .milliseconds($0) }
        row.ignored = Set(value["ignore"]?.items.compactMap(\.text) ?? [])
        row.difference = value["differs"]?.text
        if let own = value["own"] { row.own = own.int.map { [$0] } ?? own.items.compactMap(\.int) }
        return row
    }

    private static func steps(_ value: Value, _ id: String) throws -> [Row.Step] {
        if let steps = value["steps"] {
            return [.connect] + (try steps.items.map { try step($0, id) })
        }
        var request: [UInt8]
        if let raw = value["raw"]?.text {
            request = Array(raw.utf8)
        } else {
            request = try self.request(value, id)
        }
        let times = value["times"]?.int ?? 1
        let responses = value["responses"]?.int ?? 1
        var steps: [Row.Step] = [.connect]
        for _ in 0..<times { steps += [.send(request), .read(responses)] }
        if value["end"]?.bool == true { steps.append(.end) }
        return steps
    }

    /// A request from its parts.
    private static func request(_ value: Value, _ id: String) throws -> [UInt8] {
        guard let line = value["request"]?.text else { throw Malformed(description: "\(id) has no request") }
        let start = line.hasSuffix("HTTP/1.0") || line.hasSuffix("HTTP/1.1") ? line : line + " HTTP/1.1"
        var text = "\(start)\r\n"
        if value["host"] != .null { text += "host: \(value["host"]?.text ?? "test.example")\r\n" }
        for entry in value["headers"]?.entries ?? [] {
            let values = entry.value.items.isEmpty ? [entry.value] : entry.value.items
            for one in values { text += "\(entry.key): \(one.text ?? "")\r\n" }
        }
        if let chunks = value["chunks"] {
            text += "transfer-encoding: chunked\r\n\r\n"
            for chunk in chunks.items {
                let body = chunk.text ?? ""
                text += String(body.utf8.count, radix: 16) + "\r\n" + body + "\r\n"
            }
            return Array((text + "0\r\n\r\n").utf8)
        }
        guard let body = value["body"] else { return Array((text + "\r\n").utf8) }
        let bytes = content(body)
        return Array("\(text)content-length: \(bytes.count)\r\n\r\n".utf8) + bytes
    }

    /// Text, or so many bytes of a pattern.
    static func content(_ value: Value) -> [UInt8] {
        if let count = value["size"]?.int { return (0..<count).map { UInt8(97 + $0 % 26) } }
        return Array((value.text ?? "").utf8)
    }

    private static func step(_ value: Value, _ id: String) throws -> Row.Step {
        switch value.text {
        case "connect": return .connect
        case "end": return .end
        case "finish": return .finish
        case "reset": return .reset
        case "read": return .read(1)
        default: break
        }
        guard let entry = value.entries.first else { throw Malformed(description: "\(id): no step: \(value.json)") }
        switch entry.key {
        case "send":
            if let hello = entry.value["hello"] {
                return .send(
                    ClientHelloText.record(
                        serverName: hello.text, protocols: entry.value["alpn"]?.items.compactMap(\.text) ?? []))
            }
            if let hex = entry.value["hex"]?.text {
                let digits = Array(hex.utf8.filter { $0 != 0x20 })
                return .send(
                    stride(from: 0, to: digits.count, by: 2).compactMap {
                        UInt8(String(decoding: digits[$0..<$0 + 2], as: UTF8.self), radix: 16)
                    })
            }
            return .send(content(entry.value))
        case "request": return .send(try request(value, id))
        case "read": return .read(entry.value.int ?? 1)
        case "bytes": return .bytes(entry.value.int ?? 0)
        case "pause": return .pause(milliseconds: entry.value.int ?? 0)
        default: throw Malformed(description: "\(id): unknown step \(entry.key)")
        }
    }
}
