/// Host name arithmetic as the mesh uses it: a name is exact (`api.example.com`)
/// or a wildcard (`*.example.com`, `*`), and wildcards match any depth below
/// their suffix, never the suffix itself.
public enum Hostname {
    /// Whether the name stands for many hosts.
    public static func isWildcard(_ name: String) -> Bool {
        name.utf8.first == UInt8(ascii: "*")
    }

    /// Whether some host is covered by both names; symmetric.
    public static func matches(_ left: String, _ right: String) -> Bool {
        switch (isWildcard(left), isWildcard(right)) {
        case (false, false): left == right
        case (true, false): hasSuffix(right, left.utf8.dropFirst())
        case (false, true): hasSuffix(left, right.utf8.dropFirst())
        case (true, true):
            left.utf8.count < right.utf8.count
                ? hasSuffix(right, left.utf8.dropFirst())
                : hasSuffix(left, right.utf8.dropFirst())
        }
    }

    /// Whether every host that `name` covers is covered by `other`.
    public static func isSubset(_ name: String, of other: String) -> Bool {
        guard isWildcard(other) else { return name == other }
        if isWildcard(name), name.utf8.count < other.utf8.count { return false }
        return hasSuffix(name, other.utf8.dropFirst())
    }

    /// Expands a short name as written in an object of `namespace` to the
    /// name that the cluster's DNS gives it; names with a dot, wildcards and
    /// the empty name stay as they are.
    public static func expand(_ name: String, namespace: String, domain: String) -> String {
        if name.isEmpty || isWildcard(name) || name.utf8.contains(UInt8(ascii: ".")) {
            return name
        }
        return "\(name).\(namespace).svc.\(domain)"
    }

    /// The two names in order, or nil when they share no host: the narrower
    /// of the two, which is what both of them cover.
    static func intersection(_ left: String, _ right: String) -> String? {
        if isSubset(left, of: right) { return left }
        if isSubset(right, of: left) { return right }
        return nil
    }

    private static func hasSuffix(_ name: String, _ suffix: Substring.UTF8View) -> Bool {
        let bytes = name.utf8
        guard bytes.count >= suffix.count else { return false }
        return bytes.suffix(suffix.count).elementsEqual(suffix)
    }
}
