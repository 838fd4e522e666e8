/// One HTTP message taken apart, for expectations.
struct HTTPText {
    var startLine = ""
    var fields: [(name: String, value: String)] = []
    var body = ""
    /// Bytes of the message, head and body.
    var count = 0

    /// Nil while the message isn't complete.
    init?(_ bytes: [UInt8], toHead: Bool = false) {
        guard let end = Self.find(Array("\r\n\r\n".utf8), in: bytes, from: 0) else { return nil }
        var lines = Self.lines(Array(bytes[0..<end]))
        startLine = lines.removeFirst()
        for line in lines {
            guard let colon = line.firstIndex(of: ":") else { continue }
            let value = line[line.index(after: colon)...].drop { $0 == " " }
            fields.append((line[..<colon].lowercased(), String(value)))
        }
        count = end + 4
        let status = startLine.split(separator: " ").dropFirst().first.map(String.init) ?? ""
        let isResponse = startLine.hasPrefix("HTTP/")
        if toHead || isResponse && (status == "204" || status == "304" || status.hasPrefix("1")) { return }
        if self["transfer-encoding"] == "chunked" {
            guard let decoded = Self.dechunk(bytes, from: &count) else { return nil }
            body = String(decoding: decoded, as: UTF8.self)
        } else if let length = self["content-length"].flatMap({ Int($0) }) {
            guard bytes.count >= count + length else { return nil }
            body = String(decoding: bytes[count..<count + length], as: UTF8.self)
            count += length
        }
    }

    subscript(name: String) -> String? { fields.first { $0.name == name }?.value }

    private static func lines(_ bytes: [UInt8]) -> [String] {
        var result: [String] = []
        var start = 0
        while true {
            let end = find([13, 10], in: bytes, from: start)
            result.append(String(decoding: bytes[start..<(end ?? bytes.count)], as: UTF8.self))
            guard let end else { return result }
            start = end + 2
        }
    }

    private static func dechunk(_ bytes: [UInt8], from start: inout Int) -> [UInt8]? {
        var result: [UInt8] = []
        while true {
            guard let end = find([13, 10], in: bytes, from: start),
                let size = Int(String(decoding: bytes[start..<end], as: UTF8.self), radix: 16),
                bytes.count >= end + 2 + size + 2
            else { return nil }
            result += bytes[(end + 2)..<(end + 2 + size)]
            start = end + 2 + size + 2
            if size == 0 { return result }
        }
    }

    static func find(_ part: [UInt8], in bytes: [UInt8], from start: Int) -> Int? {
        var index = start
        while index + part.count <= bytes.count {
            if bytes[index] == part[0], Array(bytes[index..<index + part.count]) == part { return index }
            index += 1
        }
        return nil
    }
}
