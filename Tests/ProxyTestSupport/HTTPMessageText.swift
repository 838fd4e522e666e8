/// One HTTP/1 message as a test reads it: leniently, and byte for byte.
public struct HTTPMessageText: Sendable, Equatable {
    /// One header field as it was written, but for white space around it.
    public struct Field: Sendable, Equatable {
        public var name: String
        public var value: String
    }

    /// How the body was delimited.
    public enum Framing: String, Sendable {
        case none
        case length
        case chunked
        case untilEnd
    }

    public var startLine: String
    public var fields: [Field] = []
    public var body: [UInt8] = []
    /// Fields behind a chunked body.
    public var trailers: [Field] = []
    public var framing = Framing.none
    /// Bytes of the whole message.
    public var count = 0

    /// The first value of a field.
    public subscript(name: String) -> String? {
        fields.first { $0.name.lowercased() == name }?.value
    }

    /// The status of a response; 0 in a request.
    public var status: Int {
        let words = startLine.split(separator: " ", maxSplits: 2)
        return words.count > 1 && words[0].hasPrefix("HTTP/") ? Int(words[1]) ?? 0 : 0
    }

    /// What a reader needs to know to find the end of a response.
    public struct Context: Sendable {
        /// Responses to HEAD have no body.
        public var toHead = false
        /// The stream has ended, so that a body until the end is complete.
        public var isAtEnd = false

        public init(toHead: Bool = false, isAtEnd: Bool = false) {
            self.toHead = toHead
            self.isAtEnd = isAtEnd
        }
    }

    /// Reads the message that `bytes` start with; nil while it isn't complete.
    public init?(_ bytes: [UInt8], _ context: Context = Context()) {
        guard let headEnd = Self.find([13, 10, 13, 10], in: bytes, from: 0) else { return nil }
        var lines = Self.lines(bytes[0..<headEnd])
        startLine = lines.isEmpty ? "" : lines.removeFirst()
        fields = lines.map(Self.field)
        count = headEnd + 4
        let isResponse = startLine.hasPrefix("HTTP/")
        let status = status
        if isResponse, context.toHead || (100..<200).contains(status) || status == 204 || status == 304 { return }
        if self["transfer-encoding"]?.lowercased().hasSuffix("chunked") == true {
            framing = .chunked
            guard readChunks(bytes) else { return nil }
        } else if let length = self["content-length"].flatMap({ Int($0) }), length >= 0 {
            framing = .length
            guard bytes.count >= count + length else { return nil }
            body = Array(bytes[count..<count + length])
            count += length
        } else if isResponse {
            framing = .untilEnd
            guard context.isAtEnd else { return nil }
            body = Array(bytes[count...])
            count = bytes.count
        }
    }

    /// A message that ended before its body was complete: the body is what
    /// came, framing and all. Nil without a complete head.
    public init?(cut bytes: [UInt8]) {
        guard let headEnd = Self.find([13, 10, 13, 10], in: bytes, from: 0) else { return nil }
        var lines = Self.lines(bytes[0..<headEnd])
        startLine = lines.isEmpty ? "" : lines.removeFirst()
        fields = lines.map(Self.field)
        body = Array(bytes[(headEnd + 4)...])
        count = bytes.count
    }

    private mutating func readChunks(_ bytes: [UInt8]) -> Bool {
        while true {
            guard let lineEnd = Self.find([13, 10], in: bytes, from: count) else { return false }
            let digits = bytes[count..<lineEnd].prefix { $0 != 0x3b && $0 != 0x20 }
            guard let size = Int(String(decoding: digits, as: UTF8.self), radix: 16), size >= 0, size < 1 << 40 else {
                return false
            }
            if size == 0 { return readTrailers(bytes, from: lineEnd + 2) }
            guard bytes.count >= lineEnd + 2 + size + 2 else { return false }
            body += bytes[(lineEnd + 2)..<(lineEnd + 2 + size)]
            count = lineEnd + 2 + size + 2
        }
    }

    private mutating func readTrailers(_ bytes: [UInt8], from start: Int) -> Bool {
        var at = start
        while true {
            guard let end = Self.find([13, 10], in: bytes, from: at) else { return false }
            if end == at {
                count = end + 2
                return true
            }
            trailers.append(Self.field(String(decoding: bytes[at..<end], as: UTF8.self)))
            at = end + 2
        }
    }

    private static func lines(_ bytes: ArraySlice<UInt8>) -> [String] {
        var result: [String] = []
        var start = bytes.startIndex
        let all = Array(bytes)
        while let end = find([13, 10], in: all, from: start) {
            result.append(String(decoding: all[start..<end], as: UTF8.self))
            start = end + 2
        }
        result.append(String(decoding: all[start...], as: UTF8.self))
        return result
    }

    private static func field(_ line: String) -> Field {
        guard let colon = line.firstIndex(of: ":") else { return Field(name: line, value: "") }
        let value = line[line.index(after: colon)...].drop { $0 == " " || $0 == "\t" }
        return Field(name: String(line[..<colon]), value: String(value))
    }

    /// Where `part` starts at or behind `start`.
    public static func find(_ part: [UInt8], in bytes: [UInt8], from start: Int) -> Int? {
        guard let first = part.first, start >= 0 else { return nil }
        var index = start
        while index + part.count <= bytes.count {
            if bytes[index] == first, bytes[index..<index + part.count].elementsEqual(part) { return index }
            index += 1
        }
        return nil
    }
}
