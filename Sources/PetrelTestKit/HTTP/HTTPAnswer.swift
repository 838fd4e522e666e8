/// A response as a client received it.
public struct HTTPAnswer: Sendable {
    /// The status code.
    public var status: Int

    /// The reason phrase.
    public var reason: String

    /// The header fields in order, names as sent.
    public var headers: [HeaderField]

    /// The body without its framing.
    public var body: [UInt8]

    /// The trailer fields of a chunked body.
    public var trailers: [HeaderField] = []

    /// The body as text.
    public var text: String { String(decoding: body, as: UTF8.self) }

    /// The value of the first header field with this name.
    public func header(_ name: String) -> String? {
        headers.first(named: name)
    }

    /// Reads one answer from the beginning of the bytes, passing over interim
    /// (1xx) ones.
    ///
    /// - Parameters:
    ///   - bytes: What was received.
    ///   - method: The request's method, which decides about a body.
    ///   - isFinished: Whether the peer has ended, which ends a body without
    ///     a length.
    /// - Returns: The answer and the number of bytes it took; nil if it is
    ///   not complete.
    public static func parse(
        _ bytes: ArraySlice<UInt8>, method: String = "GET",
        isFinished: Bool = false
    ) -> (answer: HTTPAnswer, count: Int)? {
        var reader = ByteReader(bytes)
        guard var answer = head(&reader) else { return nil }
        while (100..<200).contains(answer.status), answer.status != 101 {
            guard let next = head(&reader) else { return nil }
            answer = next
        }
        let hasNoBody = method == "HEAD" || answer.status == 204
            || answer.status == 304 || answer.status == 101
        let coding = answer.header("transfer-encoding")?.lowercased()
        if hasNoBody {
            answer.body = []
        } else if coding?.contains("chunked") == true {
            guard let (body, trailers) = chunks(&reader) else { return nil }
            answer.body = body
            answer.trailers = trailers
        } else if let length = answer.header("content-length").flatMap(Int.init) {
            guard let body = reader.take(length) else { return nil }
            answer.body = Array(body)
        } else {
            guard isFinished else { return nil }
            answer.body = Array(reader.takeRest())
        }
        return (answer, reader.consumed)
    }

    private static func head(_ reader: inout ByteReader) -> HTTPAnswer? {
        guard let status = reader.line() else { return nil }
        let parts = status.split(separator: " ", maxSplits: 2)
        guard parts.count >= 2, let code = Int(parts[1]),
            let fields = fields(&reader)
        else { return nil }
        return HTTPAnswer(
            status: code, reason: parts.count > 2 ? String(parts[2]) : "",
            headers: fields, body: [])
    }

    private static func fields(_ reader: inout ByteReader) -> [HeaderField]? {
        var fields: [HeaderField] = []
        while let line = reader.line() {
            if line.isEmpty { return fields }
            let parts = line.split(
                separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            let value = parts.count > 1 ? parts[1] : ""
            fields.append(
                HeaderField(
                    String(parts[0]),
                    String(value.drop { $0 == " " || $0 == "\t" })))
        }
        return nil
    }

    private static func chunks(
        _ reader: inout ByteReader
    ) -> ([UInt8], [HeaderField])? {
        var body: [UInt8] = []
        while let line = reader.line() {
            guard let size = Int(line.prefix { $0 != ";" }, radix: 16) else {
                return nil
            }
            if size == 0 {
                return fields(&reader).map { (body, $0) }
            }
            guard let chunk = reader.take(size), reader.line() == "" else {
                return nil
            }
            body += chunk
        }
        return nil
    }
}

/// A position in bytes that have come in.
struct ByteReader {
    private let bytes: ArraySlice<UInt8>
    private var position: Int

    init(_ bytes: ArraySlice<UInt8>) {
        self.bytes = bytes
        position = bytes.startIndex
    }

    /// The number of bytes read.
    var consumed: Int { position - bytes.startIndex }

    /// The next line without its CRLF, or nil if it is not complete.
    mutating func line() -> String? {
        guard let end = bytes[position...].firstIndex(of: 10) else { return nil }
        var text = bytes[position..<end]
        if text.last == 13 { text.removeLast() }
        position = end + 1
        return String(decoding: text, as: UTF8.self)
    }

    /// The next bytes, or nil if there are not as many.
    mutating func take(_ count: Int) -> ArraySlice<UInt8>? {
        guard count >= 0, bytes.endIndex - position >= count else { return nil }
        defer { position += count }
        return bytes[position..<(position + count)]
    }

    /// Everything that is left.
    mutating func takeRest() -> ArraySlice<UInt8> {
        defer { position = bytes.endIndex }
        return bytes[position...]
    }
}
