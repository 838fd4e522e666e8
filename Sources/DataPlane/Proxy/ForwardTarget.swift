internal import CPetrelSystem

/// A host and port that a request or a client's SNI names, for clusters whose
/// endpoints are whatever is asked for.
struct ForwardTarget: Hashable {
    /// In lower case, without brackets and without a dot at its end.
    var host: String
    var port: UInt16

    init(host: String, port: UInt16) {
        let lower = host.lowercased()
        self.host = lower.hasSuffix(".") ? String(lower.dropLast()) : lower
        self.port = port
    }

    /// From `host`, `host:port` or `[address]:port`; `port` is used where none
    /// is written. Nil when it is neither.
    init?(authority: String, port: UInt16) {
        var host = authority[...]
        var written: Substring?
        if authority.hasPrefix("[") {
            guard let end = authority.firstIndex(of: "]") else { return nil }
            host = authority[authority.index(after: authority.startIndex)..<end]
            let rest = authority[authority.index(after: end)...]
            if !rest.isEmpty {
                guard rest.hasPrefix(":") else { return nil }
                written = rest.dropFirst()
            }
        } else if let colon = authority.lastIndex(of: ":"), authority.firstIndex(of: ":") == colon {
            host = authority[..<colon]
            written = authority[authority.index(after: colon)...]
        }
        guard !host.isEmpty else { return nil }
        if let written {
            guard let number = UInt16(written), number > 0 else { return nil }
            self.init(host: String(host), port: number)
        } else {
            self.init(host: String(host), port: port)
        }
    }

    /// The address, where the host is one.
    var address: petrel_address? {
        var address = petrel_address()
        return petrel_address_parse(host, port, &address) == 1 && port > 0 ? address : nil
    }
}

/// What a forward proxy's cluster knows of a host.
enum ForwardOutcome {
    case endpoint(EndpointPointer)
    /// The name is being resolved.
    case waits
    /// It can't be resolved.
    case failed
    /// There is no host at all, or there are too many.
    case unknown
}
