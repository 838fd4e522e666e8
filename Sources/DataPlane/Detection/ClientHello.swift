/// What a TLS ClientHello says before anything is encrypted.
enum ClientHello {
    enum Outcome: Equatable {
        /// The bytes so far could still be a ClientHello.
        case needsMore
        /// They are not TLS.
        case notTLS
        /// The server name and the ALPN list (wire format) as ranges of the
        /// reassembled handshake message; empty when absent.
        case hello(serverName: Range<Int>, protocols: Range<Int>)
    }

    /// The largest ClientHello that is looked at.
    static let mostBytes = 16 * 1024

    /// Parses the records in `bytes`; the handshake message is reassembled
    /// in `scratch`, which must have room for `mostBytes`.
    static func parse(_ bytes: Span<UInt8>, scratch: UnsafeMutableBufferPointer<UInt8>) -> Outcome {
        var filled = 0
        var index = 0
        while true {
            // A record: type, version, length.
            if index < bytes.count, bytes[index] != 0x16 { return .notTLS }
            if index &+ 1 < bytes.count, bytes[index &+ 1] != 0x03 { return .notTLS }
            if index &+ 2 < bytes.count, bytes[index &+ 2] > 0x04 { return .notTLS }
            guard index &+ 5 <= bytes.count else { return .needsMore }
            let length = Int(bytes[index &+ 3]) << 8 | Int(bytes[index &+ 4])
            guard length > 0, length <= 16_640 else { return .notTLS }
            index &+= 5
            let available = min(length, bytes.count &- index)
            guard filled &+ available <= scratch.count, filled &+ available <= mostBytes else { return .notTLS }
            for offset in 0..<available { scratch[filled &+ offset] = bytes[index &+ offset] }
            filled &+= available
            if filled >= 1, scratch[0] != 1 { return .notTLS }
            if filled >= 4 {
                let wanted = 4 &+ (Int(scratch[1]) << 16 | Int(scratch[2]) << 8 | Int(scratch[3]))
                guard wanted <= mostBytes else { return .notTLS }
                if filled >= wanted {
                    let message = UnsafeBufferPointer(rebasing: scratch[0..<wanted])
                    return parseMessage(Span(_unsafeElements: message))
                }
            }
            guard available == length else { return .needsMore }
            index &+= length
        }
    }

    private static func parseMessage(_ message: Span<UInt8>) -> Outcome {
        var reader = Reader(index: 4, end: message.count)
        guard reader.skip(34),  // version and random
            let session = reader.number(message, 1), reader.skip(session),
            let ciphers = reader.number(message, 2), reader.skip(ciphers),
            let compressions = reader.number(message, 1), reader.skip(compressions)
        else { return .notTLS }
        var serverName = 0..<0
        var protocols = 0..<0
        guard reader.index < reader.end else { return .hello(serverName: serverName, protocols: protocols) }
        guard let total = reader.number(message, 2), reader.index &+ total <= reader.end else { return .notTLS }
        reader.end = reader.index &+ total
        while reader.index < reader.end {
            guard let kind = reader.number(message, 2), let length = reader.number(message, 2),
                reader.index &+ length <= reader.end
            else { return .notTLS }
            var body = Reader(index: reader.index, end: reader.index &+ length)
            _ = reader.skip(length)
            if kind == 0 {
                guard let list = body.number(message, 2), list == body.end &- body.index else { return .notTLS }
                while body.index < body.end {
                    guard let nameKind = body.number(message, 1), let count = body.number(message, 2),
                        body.index &+ count <= body.end
                    else { return .notTLS }
                    if nameKind == 0 { serverName = body.index..<(body.index &+ count) }
                    _ = body.skip(count)
                }
            } else if kind == 16 {
                guard let list = body.number(message, 2), list == body.end &- body.index else { return .notTLS }
                protocols = body.index..<body.end
            }
        }
        return .hello(serverName: serverName, protocols: protocols)
    }

    private struct Reader {
        var index: Int
        var end: Int

        mutating func number(_ bytes: Span<UInt8>, _ width: Int) -> Int? {
            guard index &+ width <= end else { return nil }
            var result = 0
            for _ in 0..<width {
                result = result << 8 | Int(bytes[index])
                index &+= 1
            }
            return result
        }

        mutating func skip(_ count: Int) -> Bool {
            guard index &+ count <= end else { return false }
            index &+= count
            return true
        }
    }
}
