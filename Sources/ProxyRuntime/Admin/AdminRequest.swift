/// What a client of the admin endpoint asks.
struct AdminRequest: Sendable, Equatable {
    var method: String
    var path: String
    /// The parameters in order; one without a value has an empty one.
    var query: [String: String] = [:]

    /// Reads the first line of a request; nil when it isn't one.
    init?(line: String) {
        let parts = line.split(separator: " ")
        guard parts.count == 3, parts[2].hasPrefix("HTTP/1.") else { return nil }
        method = String(parts[0])
        let target = parts[1].split(separator: "?", maxSplits: 1)
        path = target.first.map(String.init) ?? "/"
        guard target.count == 2 else { return }
        for pair in target[1].split(separator: "&") {
            let halves = pair.split(separator: "=", maxSplits: 1)
            let value = halves.count == 2 ? Self.decoded(halves[1]) : ""
            if let name = halves.first { query[Self.decoded(name)] = value }
        }
    }

    private static func decoded(_ text: Substring) -> String {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            if byte == 0x25, rest.count >= 2,
                let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
            {
                bytes.append(value)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte == 0x2b ? 0x20 : byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

/// What the admin endpoint answers.
struct AdminReply: Sendable {
    var status = 200
    var type = "text/plain; charset=UTF-8"
    var body = ""
    /// Done when the reply is sent.
    var afterwards: (@Sendable () -> Void)?

    static func text(_ body: String, status: Int = 200) -> AdminReply { AdminReply(status: status, body: body) }
    static func json(_ body: String) -> AdminReply { AdminReply(type: "application/json", body: body + "\n") }
}
