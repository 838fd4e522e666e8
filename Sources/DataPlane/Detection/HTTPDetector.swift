/// Recognises HTTP by its first bytes, as Envoy's HTTP inspector does.
enum HTTPDetector {
    enum Outcome: Equatable {
        case needsMore
        case http10
        case http11
        case http2
        case opaque
    }

    private static let preface: StaticString = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"

    /// Looks at the first bytes of a connection.
    static func inspect(_ bytes: Span<UInt8>) -> Outcome {
        guard bytes.count > 0 else { return .needsMore }
        if let result = matchPreface(bytes) { return result }
        var index = 0
        while index < bytes.count, bytes[index] != 0x20 {
            guard HTTP1HeadParser.isToken(bytes[index]), index < 17 else { return .opaque }
            index &+= 1
        }
        guard couldBeMethod(bytes, 0, index, complete: index < bytes.count) else { return .opaque }
        guard index < bytes.count else { return .needsMore }
        index &+= 1
        // The target, then the version up to the end of the line.
        while index < bytes.count, bytes[index] != 0x20 {
            guard bytes[index] > 0x20, bytes[index] != 0x7f else { return .opaque }
            index &+= 1
        }
        guard index < bytes.count else {
            return bytes.count > HTTP1Head.mostBytes ? .opaque : .needsMore
        }
        index &+= 1
        let version: StaticString = "HTTP/1."
        for offset in 0..<7 {
            guard index &+ offset < bytes.count else { return .needsMore }
            guard bytes[index &+ offset] == version.utf8Start[offset] else { return .opaque }
        }
        guard index &+ 8 < bytes.count else { return .needsMore }
        guard bytes[index &+ 8] == 0x0d || bytes[index &+ 8] == 0x0a else { return .opaque }
        switch bytes[index &+ 7] {
        case 0x30: return .http10
        case 0x31: return .http11
        default: return .opaque
        }
    }

    private static func matchPreface(_ bytes: Span<UInt8>) -> Outcome? {
        let wanted = preface.utf8CodeUnitCount
        for offset in 0..<min(wanted, bytes.count) where bytes[offset] != preface.utf8Start[offset] {
            return nil
        }
        return bytes.count >= wanted ? .http2 : (bytes.count >= 4 ? .needsMore : nil)
    }

    /// Whether a run of bytes is one of the methods that Envoy knows, or the
    /// beginning of one.
    static func couldBeMethod(_ bytes: Span<UInt8>, _ from: Int, _ count: Int, complete: Bool) -> Bool {
        guard count > 0 else { return false }
        var start = 0
        let known = methods
        let total = known.utf8CodeUnitCount
        while start < total {
            var end = start
            while end < total, known.utf8Start[end] != 0x20 { end &+= 1 }
            let length = end &- start
            if complete ? length == count : length >= count {
                var equal = true
                for offset in 0..<count where bytes[from &+ offset] != known.utf8Start[start &+ offset] {
                    equal = false
                    break
                }
                if equal { return true }
            }
            start = end &+ 1
        }
        return false
    }

    private static let methods: StaticString =
        "GET HEAD POST PUT DELETE CONNECT OPTIONS TRACE PATCH ACL BIND CHECKOUT COPY LOCK MERGE MKACTIVITY MKCALENDAR MKCOL MOVE M-SEARCH NOTIFY PRI PROPFIND PROPPATCH PURGE REBIND REPORT SEARCH SUBSCRIBE UNBIND UNLINK UNLOCK UNSUBSCRIBE LINK SOURCE"
}
