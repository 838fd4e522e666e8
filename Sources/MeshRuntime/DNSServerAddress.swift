internal import ServiceRegistry

/// A DNS server that is asked about the names outside the mesh.
public struct DNSServerAddress: Sendable, Hashable, CustomStringConvertible {
    /// IPv4 or IPv6.
    public let address: String
    /// Default 53.
    public let port: UInt16

    /// Reads `ADDRESS` or `ADDRESS:PORT`, an IPv6 address with a port in brackets.
    ///
    /// - Returns: nil when it isn't of that form.
    public init?(_ text: String) {
        if IPAddress(text) != nil {
            (address, port) = (text, 53)
            return
        }
        guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]), port > 0 else {
            return nil
        }
        var address = String(text[..<colon])
        if address.hasPrefix("["), address.hasSuffix("]") { address = String(address.dropFirst().dropLast()) }
        guard IPAddress(address) != nil else { return nil }
        (self.address, self.port) = (address, port)
    }

    /// `ADDRESS:PORT`, an IPv6 address in brackets.
    public var description: String {
        address.utf8.contains(UInt8(ascii: ":")) ? "[\(address)]:\(port)" : "\(address):\(port)"
    }
}
