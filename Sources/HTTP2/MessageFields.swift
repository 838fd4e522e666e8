/// What the field list of one message says about it (RFC 9113, 8.1 to 8.3).
/// Numbers are places in `FieldList.fields`, -1 for none.
public struct MessageFields: BitwiseCopyable, Sendable {
    public enum Kind: Sendable { case request, response, trailers }

    public internal(set) var method = -1
    public internal(set) var scheme = -1
    public internal(set) var path = -1
    public internal(set) var authority = -1
    /// `:protocol` of an extended CONNECT (RFC 8441).
    public internal(set) var connectProtocol = -1
    public internal(set) var host = -1
    /// 0 in requests.
    public internal(set) var status = 0
    /// The place of the first field that isn't a pseudo header.
    public internal(set) var firstField = 0
    /// Bytes of the body as declared; nil when they aren't.
    public internal(set) var contentLength: Int?
    public internal(set) var cookies = 0
    public internal(set) var isConnect = false

    public var isInterim: Bool { status >= 100 && status < 200 }

    init() {}

    /// Reads a list; nil when the message is malformed (RFC 9113, 8.1.1).
    static func read(_ list: borrowing FieldList, _ kind: Kind) -> MessageFields? {
        var result = MessageFields()
        var sawField = false
        for place in list.fields.indices {
            let field = list.fields[place]
            let name = field.name
            guard isValue(list, field.value), let first = name.first else { return nil }
            if list.storage[first] == 0x3a {
                guard !sawField, result.takePseudo(list, place, kind) else { return nil }
                continue
            }
            if !sawField {
                sawField = true
                result.firstField = place
            }
            guard isName(list, name), result.take(list, place, kind) else { return nil }
        }
        if !sawField { result.firstField = list.fields.count }
        switch kind {
        case .request: return result.isCompleteRequest(list) ? result : nil
        case .response: return result.status > 0 ? result : nil
        case .trailers: return result
        }
    }

    private mutating func takePseudo(_ list: borrowing FieldList, _ place: Int, _ kind: Kind) -> Bool {
        let field = list.fields[place]
        func once(_ slot: inout Int) -> Bool {
            guard slot < 0 else { return false }
            slot = place
            return true
        }
        switch kind {
        case .trailers: return false
        case .response:
            guard status == 0, list.equals(field.name, ":status"), field.value.count == 3 else { return false }
            for index in field.value {
                let digit = list.storage[index] &- 0x30
                guard digit < 10 else { return false }
                status = status * 10 + Int(digit)
            }
            // 101 has no meaning here (RFC 9113, 8.6).
            return status >= 100 && status != 101
        case .request:
            if list.equals(field.name, ":method") { return once(&method) }
            if list.equals(field.name, ":path") { return once(&path) }
            if list.equals(field.name, ":scheme") { return once(&scheme) }
            if list.equals(field.name, ":authority") { return once(&authority) }
            if list.equals(field.name, ":protocol") { return once(&connectProtocol) }
            return false
        }
    }

    /// A field that isn't a pseudo header.
    private mutating func take(_ list: borrowing FieldList, _ place: Int, _ kind: Kind) -> Bool {
        let field = list.fields[place]
        switch field.name.count {
        case 2 where list.equals(field.name, "te"): return list.equals(field.value, "trailers")
        case 4 where list.equals(field.name, "host"):
            guard host < 0 else { return false }
            host = place
        case 6 where list.equals(field.name, "cookie"): cookies += 1
        case 7: return !list.equals(field.name, "upgrade")
        case 10: return !list.equals(field.name, "connection") && !list.equals(field.name, "keep-alive")
        case 14 where list.equals(field.name, "content-length"):
            guard kind != .trailers, let length = Self.number(list, field.value), contentLength == nil else { return false }
            contentLength = length
        case 16: return !list.equals(field.name, "proxy-connection")
        case 17: return !list.equals(field.name, "transfer-encoding")
        default: return true
        }
        return true
    }

    private mutating func isCompleteRequest(_ list: borrowing FieldList) -> Bool {
        guard method >= 0, !list.fields[method].value.isEmpty, agreesWithHost(list) else { return false }
        isConnect = list.equals(list.fields[method].value, "CONNECT")
        if isConnect, connectProtocol < 0 {
            return scheme < 0 && path < 0 && authority >= 0 && !list.fields[authority].value.isEmpty
        }
        guard connectProtocol < 0 || (isConnect && authority >= 0) else { return false }
        guard scheme >= 0, path >= 0, let first = list.fields[path].value.first else { return false }
        // Absolute, or the asterisk of OPTIONS (RFC 9113, 8.3.1).
        if list.storage[first] == 0x2f { return true }
        return list.equals(list.fields[path].value, "*") && list.equals(list.fields[method].value, "OPTIONS")
    }

    /// Two different hosts would let two readers choose differently.
    private func agreesWithHost(_ list: borrowing FieldList) -> Bool {
        guard authority >= 0, host >= 0 else { return true }
        let one = list.fields[authority].value
        let other = list.fields[host].value
        guard one.count == other.count else { return false }
        for offset in 0..<one.count
        where list.storage[one.lowerBound + offset].lowercased != list.storage[other.lowerBound + offset].lowercased {
            return false
        }
        return true
    }

    // MARK: - Bytes

    /// A token of RFC 9110 without upper case (RFC 9113, 8.2.1).
    private static func isName(_ list: borrowing FieldList, _ range: Range<Int>) -> Bool {
        for index in range {
            let byte = list.storage[index]
            if byte &- 0x61 < 26 || byte &- 0x30 < 10 || byte == 0x2d { continue }
            switch byte {
            case 0x21, 0x23, 0x24, 0x25, 0x26, 0x27, 0x2a, 0x2b, 0x2e, 0x5e, 0x5f, 0x60, 0x7c, 0x7e: continue
            default: return false
            }
        }
        return true
    }

    /// No control characters, no white space at either end.
    private static func isValue(_ list: borrowing FieldList, _ range: Range<Int>) -> Bool {
        guard let first = range.first, let last = range.last else { return true }
        if list.storage[first] == 0x20 || list.storage[first] == 0x09 { return false }
        if list.storage[last] == 0x20 || list.storage[last] == 0x09 { return false }
        for index in range {
            let byte = list.storage[index]
            if (byte < 0x20 && byte != 0x09) || byte == 0x7f { return false }
        }
        return true
    }

    private static func number(_ list: borrowing FieldList, _ range: Range<Int>) -> Int? {
        guard !range.isEmpty, range.count <= 18 else { return nil }
        var result = 0
        for index in range {
            let digit = list.storage[index] &- 0x30
            guard digit < 10 else { return nil }
            result = result &* 10 &+ Int(digit)
        }
        return result
    }
}
