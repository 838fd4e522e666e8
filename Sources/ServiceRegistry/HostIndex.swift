/// A table keyed by exact and wildcard host names, which finds the entry of
/// the most specific name that covers a host: exact, then the longest suffix.
public struct HostIndex<Value: Sendable>: Sendable {
    private var exact: [String: Value] = [:]
    /// By suffix after the star, for wildcards cut at a dot.
    private var dotted: [String: Value] = [:]
    /// Wildcards inside a label (`*-foo.x`), which are rare.
    private var partial: [String: Value] = [:]

    /// An empty table.
    public init() {}

    /// Whether nothing was entered.
    public var isEmpty: Bool { exact.isEmpty && dotted.isEmpty && partial.isEmpty }

    /// The entry written under exactly this name.
    public subscript(name: String) -> Value? {
        get {
            guard Hostname.isWildcard(name) else { return exact[name] }
            let suffix = String(name.dropFirst())
            return dotted[suffix] ?? partial[suffix]
        }
        set {
            guard Hostname.isWildcard(name) else {
                exact[name] = newValue
                return
            }
            let suffix = String(name.dropFirst())
            if suffix.isEmpty || suffix.utf8.first == UInt8(ascii: ".") {
                dotted[suffix] = newValue
            } else {
                partial[suffix] = newValue
            }
        }
    }

    /// The entry written under exactly this name, made when there is none.
    public subscript(name: String, default fallback: @autoclosure () -> Value) -> Value {
        get { self[name] ?? fallback() }
        set { self[name] = newValue }
    }

    /// The entry of the most specific name that covers `host`, which may
    /// itself be a wildcard.
    public func mostSpecific(_ host: String) -> Value? {
        if !Hostname.isWildcard(host), let value = exact[host] { return value }
        if !partial.isEmpty, let value = mostSpecificPartial(host) { return value }
        if dotted.isEmpty { return nil }
        var found: Value?
        scanSuffixes(of: host) { suffix in
            found = dotted[suffix]
            return found == nil
        }
        return found
    }

    /// The entries of every name that covers `host`, most specific first.
    public func covering(_ host: String) -> [Value] {
        var found: [Value] = []
        if !Hostname.isWildcard(host), let value = exact[host] { found.append(value) }
        for suffix in partialSuffixes(host) {
            if let value = partial[suffix] { found.append(value) }
        }
        if dotted.isEmpty { return found }
        scanSuffixes(of: host) { suffix in
            if let value = dotted[suffix] { found.append(value) }
            return true
        }
        return found
    }

    /// The entries of exact names below a wildcard, in no order.
    public func covered(by wildcard: String) -> [Value] {
        exact.filter { Hostname.isSubset($0.key, of: wildcard) }.map(\.value)
            + dotted.filter { Hostname.isSubset("*" + $0.key, of: wildcard) }.map(\.value)
    }

    private func partialSuffixes(_ host: String) -> [String] {
        partial.keys
            .filter { Hostname.isSubset(host, of: "*" + $0) }
            .sorted { $0.utf8.count > $1.utf8.count }
    }

    private func mostSpecificPartial(_ host: String) -> Value? {
        guard let best = partialSuffixes(host).first else { return nil }
        var longerDotted: Value?
        scanSuffixes(of: host) { suffix in
            if suffix.utf8.count < best.utf8.count { return false }
            longerDotted = dotted[suffix]
            return longerDotted == nil
        }
        return longerDotted ?? partial[best]
    }

    /// Calls with `.b.c`, `.c`, and the empty suffix for `a.b.c`.
    private func scanSuffixes(of host: String, _ body: (String) -> Bool) {
        var index = host.utf8.startIndex
        while let dot = host.utf8[index...].firstIndex(of: UInt8(ascii: ".")) {
            if !body(String(host[dot...])) { return }
            index = host.utf8.index(after: dot)
        }
        _ = body("")
    }
}
