/// The attributes on which conditions of an AuthorizationPolicy may depend.
enum AuthorizationAttribute {
    private static let plain: Set<String> = [
        "source.ip", "remote.ip", "source.namespace", "source.principal", "source.serviceAccount", "source.trustDomain", "request.auth.principal",
        "request.auth.audiences", "request.auth.presenter", "destination.ip", "destination.port", "connection.sni",
    ]
    private static let keyed = ["request.headers", "request.auth.claims", "experimental.envoy.filters."]
    private static let replaced = [
        "destination.name": "selector", "destination.namespace": "the namespace of the policy", "destination.user": "selector",
        "destination.labels": "selector",
    ]

    /// What is wrong with the name of an attribute, or nil.
    static func problem(_ key: String) -> String? {
        if plain.contains(key) { return nil }
        if keyed.contains(where: key.hasPrefix) {
            return key.contains("[") && key.hasSuffix("]") ? nil : "bad key (\(key)): should have format a[b]"
        }
        let base = String(key.prefix { $0 != "[" })
        if let successor = replaced[base] { return "attribute \(key) is replaced by \(successor)" }
        let advice = (plain.map { $0 } + ["request.headers[NAME]", "request.auth.claims[NAME]"]).closest(to: key).map { "; did you mean \($0)?" } ?? ""
        return "unknown attribute: \(key)\(advice)"
    }

    /// What is wrong with a value of an attribute, or nil.
    static func valueProblem(_ key: String, _ value: String) -> String? {
        switch key {
        case "source.ip", "remote.ip", "destination.ip": addressProblem(value)
        case "destination.port": portProblem(value)
        default: nil
        }
    }

    static func addressProblem(_ value: String) -> String? {
        if value.contains("/") { return AddressText.isBlock(value) ? nil : "bad CIDR range (\(value))" }
        return AddressText.isAddress(value) ? nil : "bad IP address (\(value))"
    }

    static func portProblem(_ value: String) -> String? {
        guard !value.isEmpty, value.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) else {
            return "bad port (\(value)): strconv.ParseUint: parsing \"\(value)\": invalid syntax"
        }
        return UInt16(value) == nil ? "bad port (\(value)): must be in the range 0..65535" : nil
    }
}
