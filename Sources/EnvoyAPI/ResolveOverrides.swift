internal import Glibc

/// Addresses given by hand for upstream hosts, as with curl's `--resolve`:
/// `HOST:PORT:ADDR[:PORT]`, where `HOST` and the first `PORT` may be `*` and
/// IPv6 addresses stand in brackets.
///
/// Only where a connection goes is changed: server names, verified names and
/// health-check hosts stay those of the host.
public struct ResolveOverrides: Sendable, Hashable {
    /// Why a text isn't an override.
    public struct ParseError: Error, Sendable, Hashable, CustomStringConvertible {
        /// What was given.
        public let text: String
        /// What is wrong with it.
        public let reason: String

        /// A sentence for people.
        public var description: String {
            "can't read the override \"\(text)\": \(reason); write HOST:PORT:ADDRESS[:PORT]"
        }
    }

    /// One override.
    public struct Entry: Sendable, Hashable {
        /// Host in lower case; nil for all hosts.
        public let host: String?
        /// Port; nil for all ports.
        public let port: UInt32?
        /// The address to go to.
        public let address: String
        /// The port to go to; nil keeps the port.
        public let targetPort: UInt32?
    }

    /// The overrides in the order given.
    public private(set) var entries: [Entry]

    /// Reads the overrides.
    /// - Throws: `ParseError` for the first that can't be read.
    public init(_ texts: [String] = []) throws(ParseError) {
        var entries: [Entry] = []
        for text in texts { entries.append(try Self.parse(text)) }
        self.entries = entries
    }

    /// Nothing is overridden.
    public static let none = ResolveOverrides(entries: [])

    private init(entries: [Entry]) {
        self.entries = entries
    }

    /// Whether nothing is overridden.
    public var isEmpty: Bool { entries.isEmpty }

    /// Where a host and port go instead. The most precise override decides,
    /// and of several alike the last given.
    public func target(host: String, port: UInt32) -> (address: String, port: UInt32)? {
        let host = host.lowercased()
        var best: (precision: Int, entry: Entry)?
        for entry in entries {
            guard entry.host == nil || entry.host == host, entry.port == nil || entry.port == port else { continue }
            let precision = (entry.host == nil ? 0 : 2) + (entry.port == nil ? 0 : 1)
            if precision >= best?.precision ?? 0 { best = (precision, entry) }
        }
        return best.map { ($0.entry.address, $0.entry.targetPort ?? port) }
    }

    // MARK: - Reading

    private static func parse(_ text: String) throws(ParseError) -> Entry {
        func fail(_ reason: String) -> ParseError { ParseError(text: text, reason: reason) }
        guard let parts = split(text) else { throw fail("a bracket isn't closed") }
        guard parts.count == 3 || parts.count == 4 else { throw fail("it has \(parts.count) parts") }
        guard !parts[0].isEmpty else { throw fail("the host is missing") }
        var port: UInt32?
        if parts[1] != "*" {
            guard let number = number(parts[1]) else { throw fail("\"\(parts[1])\" is not a port") }
            port = number
        }
        guard isAddress(parts[2]) else { throw fail("\"\(parts[2])\" is not an IP address") }
        var targetPort: UInt32?
        if parts.count == 4 {
            guard let number = number(parts[3]) else { throw fail("\"\(parts[3])\" is not a port") }
            targetPort = number
        }
        return Entry(
            host: parts[0] == "*" ? nil : parts[0].lowercased(), port: port, address: parts[2],
            targetPort: targetPort)
    }

    private static func isAddress(_ text: String) -> Bool {
        var address = in6_addr()
        return inet_pton(AF_INET, text, &address) == 1 || inet_pton(AF_INET6, text, &address) == 1
    }

    private static func number(_ text: String) -> UInt32? {
        UInt32(text).flatMap { (1...65_535).contains($0) ? $0 : nil }
    }

    /// Splits at colons outside brackets; brackets go.
    private static func split(_ text: String) -> [String]? {
        var parts = [""]
        var depth = 0
        for character in text {
            switch character {
            case "[": depth += 1
            case "]": depth -= 1
            case ":" where depth == 0: parts.append("")
            default: parts[parts.count - 1].append(character)
            }
        }
        return depth == 0 ? parts : nil
    }
}
