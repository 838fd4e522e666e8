internal import CPetrelSystem
public import EnvoyAPI

/// How a data plane runs: what doesn't come with the resources.
public struct DataPlaneConfiguration: Sendable {
    /// Worker threads. Default: one for each processor core.
    public var concurrency: Int
    /// DNS servers as `address` or `address:port`; empty takes those of
    /// `/etc/resolv.conf`.
    public var resolvers: [String] = []
    /// Upstream hosts that resolve to something else than DNS says.
    public var overrides = ResolveOverrides.none
    /// Whether `/etc/hosts` is looked at before a DNS server is asked.
    public var usesHostsFile = true
    /// Access log format; nil writes no log.
    public var accessLog: AccessLogFormat?
    /// Where the access log goes; the descriptor stays the caller's. Default
    /// standard output.
    public var accessLogDescriptor: Int32 = 1
    /// How long a log line may wait before it is written.
    public var accessLogFlushInterval: Duration = .seconds(1)
    /// Listening sockets of a predecessor, which are accepted from where the
    /// configuration has a listener of that name and address. The data plane
    /// closes them.
    public var inheritedSockets: [ListeningSocket] = []
    /// Who the proxy is in Istio's standard metrics (`istio_requests_total` and
    /// its kin); nil counts none of them.
    public var metricSource: MetricSource?
    /// The command that replies name, to which a URL is appended.
    public var explainCommand = "petrel explain"

    /// The defaults.
    public init() {
        concurrency = max(1, Int(petrel_processor_count()))
    }
}

/// Reads what the resolver library would.
enum SystemResolver {
    static func servers(_ configured: [String]) -> [petrel_address] {
        let texts = configured.isEmpty ? fields("/etc/resolv.conf", "nameserver").map { $0 } : configured
        return texts.compactMap(address)
    }

    /// `address`, `address:port` or `[address]:port`; port 53 by default.
    static func address(_ text: String) -> petrel_address? {
        var parsed = petrel_address()
        if petrel_address_parse(text, 53, &parsed) == 1 { return parsed }
        guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]) else {
            return nil
        }
        var host = String(text[..<colon])
        if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
        return petrel_address_parse(host, port, &parsed) == 1 ? parsed : nil
    }

    static func hosts() -> [String: [petrel_address]] {
        var result: [String: [petrel_address]] = [:]
        for line in lines("/etc/hosts") {
            let parts = line.split { $0 == " " || $0 == "\t" }
            guard let first = parts.first, let parsed = address(String(first)) else { continue }
            for name in parts.dropFirst() { result[name.lowercased(), default: []].append(parsed) }
        }
        return result
    }

    private static func fields(_ path: String, _ key: String) -> [String] {
        lines(path).compactMap { line in
            let parts = line.split { $0 == " " || $0 == "\t" }
            return parts.count >= 2 && parts[0] == key ? String(parts[1]) : nil
        }
    }

    private static func lines(_ path: String) -> [String] {
        guard let bytes = FileBytes.read(path) else { return [] }
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map { line in
            String(line.prefix { $0 != "#" && $0 != ";" })
        }
    }
}
