internal import TrafficModel

extension TrafficQuery {
    /// Reads what `petrel explain` is asked: `METHOD URL`, `URL`,
    /// `tcp HOST:PORT` or `tls SNI@ADDRESS:PORT`.
    ///
    /// - Returns: The question, or a sentence that says what can't be read.
    public static func parse(_ text: String) -> Result<TrafficQuery, QueryProblem> {
        let words = text.split(separator: " ").map(String.init)
        switch words.count {
        case 1: return url(words[0], method: "GET")
        case 2 where words[0] == "tcp": return connection(words[1], .plaintext)
        case 2 where words[0] == "tls": return connection(words[1], .tls)
        case 2: return url(words[1], method: words[0])
        default:
            return .failure(QueryProblem("\"\(text)\" is neither 'METHOD URL' nor 'tcp HOST:PORT' nor 'tls SNI@ADDRESS:PORT'"))
        }
    }

    private static func url(_ text: String, method: String) -> Result<TrafficQuery, QueryProblem> {
        var query = TrafficQuery()
        query.method = method
        var rest = Substring(text)
        var port: Int32 = 80
        if rest.hasPrefix("https://") {
            query.tls = .tls
            port = 443
            rest = rest.dropFirst("https://".count)
        } else if rest.hasPrefix("http://") {
            rest = rest.dropFirst("http://".count)
        } else if rest.contains("://") {
            return .failure(QueryProblem("\"\(text)\" is no http:// or https:// URL"))
        }
        let end = rest.firstIndex { $0 == "/" || $0 == "?" } ?? rest.endIndex
        let authority = String(rest[..<end])
        query.path = rest[end...].hasPrefix("/") ? String(rest[end...]) : "/" + rest[end...]
        guard let (host, own) = split(authority), !host.isEmpty else {
            return .failure(QueryProblem("\"\(text)\" names no host, or a port that is none"))
        }
        query.port = own ?? port
        query.host = authority
        query.sni = query.tls == .tls ? host : ""
        query.address = IPAddress(host) == nil ? "dns" : host
        return .success(query)
    }

    private static func connection(_ text: String, _ tls: Security) -> Result<TrafficQuery, QueryProblem> {
        var query = TrafficQuery()
        query.protocol = .tcp
        query.tls = tls
        var target = Substring(text)
        if tls == .tls, let at = text.lastIndex(of: "@") {
            query.sni = String(text[..<at])
            target = text[text.index(after: at)...]
        }
        guard let (host, port) = split(String(target)), let port, !host.isEmpty else {
            return .failure(QueryProblem("\"\(text)\" is not HOST:PORT"))
        }
        query.port = port
        query.host = query.sni.isEmpty ? host : query.sni
        if tls == .tls, query.sni.isEmpty, IPAddress(host) == nil { query.sni = host }
        if IPAddress(host) != nil {
            query.address = host
        } else {
            query.address = "dns"
            query.host = host
        }
        return .success(query)
    }

    /// Host and port of `host`, `host:port` or `[v6]:port`; nil for a port that is none.
    private static func split(_ authority: String) -> (host: String, port: Int32?)? {
        if authority.hasPrefix("["), let close = authority.firstIndex(of: "]") {
            let host = String(authority[authority.index(after: authority.startIndex)..<close])
            let tail = authority[authority.index(after: close)...]
            if tail.isEmpty { return (host, nil) }
            guard tail.hasPrefix(":"), let port = UInt16(tail.dropFirst()), port > 0 else { return nil }
            return (host, Int32(port))
        }
        guard let colon = authority.lastIndex(of: ":") else { return (authority, nil) }
        guard let port = UInt16(authority[authority.index(after: colon)...]), port > 0 else { return nil }
        return (String(authority[..<colon]), Int32(port))
    }
}

/// Why a question can't be read: a sentence.
public struct QueryProblem: Error, Sendable, Hashable, CustomStringConvertible {
    public var description: String

    init(_ description: String) {
        self.description = description
    }
}
