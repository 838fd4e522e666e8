internal import CPetrelSystem

/// What an upstream host resolves to instead of what DNS says, as curl's
/// `--resolve`.
public struct HostOverride: Sendable, Hashable {
    /// The host, in lower case.
    public var host: String
    /// Only for this port; nil for every port.
    public var port: UInt16?
    /// The address instead: an IP literal.
    public var address: String
    /// Dialled instead of the endpoint's port; nil keeps that.
    public var targetPort: UInt16?

    /// An override of `host` and `port` by `address` and `targetPort`.
    public init(host: String, port: UInt16?, address: String, targetPort: UInt16? = nil) {
        self.host = host.lowercased()
        self.port = port
        self.address = address
        self.targetPort = targetPort
    }

    /// Reads `HOST:PORT:ADDRESS[:PORT]`, `*` standing for every port; an IPv6
    /// address is in brackets. Nil when it isn't of that form.
    public init?(_ text: String) {
        guard let first = text.firstIndex(of: ":") else { return nil }
        let rest = text[text.index(after: first)...]
        guard let second = rest.firstIndex(of: ":") else { return nil }
        let host = String(text[..<first])
        let portText = rest[..<second]
        guard !host.isEmpty, portText == "*" || UInt16(portText) != nil else { return nil }
        var target = String(rest[rest.index(after: second)...])
        var targetPort: UInt16?
        if target.hasPrefix("[") {
            guard let close = target.firstIndex(of: "]") else { return nil }
            let after = target[target.index(after: close)...]
            if !after.isEmpty {
                guard after.hasPrefix(":"), let number = UInt16(after.dropFirst()) else { return nil }
                targetPort = number
            }
            target = String(target[target.index(after: target.startIndex)..<close])
        } else if let colon = target.lastIndex(of: ":"), target.firstIndex(of: ":") == colon {
            guard let number = UInt16(target[target.index(after: colon)...]) else { return nil }
            targetPort = number
            target = String(target[..<colon])
        }
        var parsed = petrel_address()
        guard petrel_address_parse(target, 0, &parsed) == 1 else { return nil }
        self.init(host: host, port: UInt16(portText), address: target, targetPort: targetPort)
    }

    func socketAddress(port: UInt16) -> petrel_address? {
        var parsed = petrel_address()
        return petrel_address_parse(address, targetPort ?? port, &parsed) == 1 ? parsed : nil
    }
}
