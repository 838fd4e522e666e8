internal import EnvoyAPI
internal import ServiceRegistry
internal import SwiftProtobuf

private typealias Permission = Envoy_Config_Rbac_V3_Permission
private typealias Principal = Envoy_Config_Rbac_V3_Principal

/// One rule of an AuthorizationPolicy as Envoy checks it.
///
/// On chains that forward bytes nothing is known of requests: an attribute of
/// requests makes an allowing rule unusable, and is passed over in a denying
/// one, so that more is denied rather than less.
struct AuthorizationRule {
    let rule: AuthorizationPolicyObject.Rule
    let isHTTP: Bool
    let isDeny: Bool
    /// The policy's namespace, which accounts without one are in.
    let namespace: String
    /// Who calls, where the policy is enforced at the caller.
    var caller: AuthorizationCaller?
    /// The port that the caller dials.
    var port: Int?

    /// - Returns: nil when the rule can't match anything here.
    var message: Envoy_Config_Rbac_V3_Policy? {
        if !isHTTP, !isDeny, usesRequests { return nil }
        var policy = Envoy_Config_Rbac_V3_Policy()
        let conditions = rule.conditions.filter { isHTTP || !Self.isOfRequests($0.key) }
        let permitted = conditions.flatMap(permissions)
        let principal = conditions.flatMap(principals)
        let operations = rule.operations.isEmpty ? [[:]] : rule.operations
        policy.permissions = operations.map { Self.all(permissions($0) + permitted) }
        let sources = rule.sources.isEmpty ? [[:]] : rule.sources
        policy.principals = sources.map { Self.all(principals($0) + principal) }
        return policy
    }

    private var usesRequests: Bool {
        let names = ["hosts", "notHosts", "methods", "notMethods", "paths", "notPaths"]
        let ofSources = ["requestPrincipals", "notRequestPrincipals", "remoteIpBlocks", "notRemoteIpBlocks"]
        return rule.operations.contains { operation in names.contains { operation[$0] != nil } }
            || rule.sources.contains { source in ofSources.contains { source[$0] != nil } }
            || rule.conditions.contains { Self.isOfRequests($0.key) }
    }

    private static func isOfRequests(_ key: String) -> Bool { key.hasPrefix("request.") || key == "remote.ip" }

    // MARK: - What is done

    private func permissions(_ operation: [String: [String]]) -> [Envoy_Config_Rbac_V3_Permission] {
        var found: [Permission] = []
        func add(_ name: String, _ translate: (String) -> Permission) {
            if let values = operation[name] { found.append(Self.any(values.map(translate))) }
            let negated = "not" + name.prefix(1).uppercased() + name.dropFirst()
            if let values = operation[negated] { found.append(Self.none(values.map(translate))) }
        }
        add("ports", atPort)
        if isHTTP {
            add("hosts") { Self.header(":authority", $0, ignoresCase: true) }
            add("methods") { Self.header(":method", $0) }
            add("paths", Self.path)
        }
        return found
    }

    private func permissions(_ condition: AuthorizationPolicyObject.Condition) -> [Envoy_Config_Rbac_V3_Permission] {
        let translate: (String) -> Permission
        switch condition.key {
        case "destination.ip":
            translate = { text in
                var permission = Permission()
                permission.destinationIp = Self.range(text)
                return permission
            }
        case "destination.port": translate = atPort
        case "connection.sni":
            translate = { text in
                var permission = Permission()
                permission.requestedServerName = Self.matcher(text)
                return permission
            }
        default: return []
        }
        return Self.both(condition, any: Self.any, none: Self.none, translate)
    }

    private func atPort(_ text: String) -> Envoy_Config_Rbac_V3_Permission {
        var permission = Permission()
        if let port {
            permission.any = true
            if text == String(port) { return permission }
            var never = Permission()
            never.notRule = permission
            return never
        }
        permission.destinationPort = UInt32(text) ?? 0
        return permission
    }

    private static func path(_ text: String) -> Envoy_Config_Rbac_V3_Permission {
        var permission = Permission()
        permission.urlPath.path = text.contains("{") ? EnvoyStringMatcher(regex: template(text)) : matcher(text)
        return permission
    }

    /// `{*}` stands for one path element, `{**}` for the rest.
    private static func template(_ text: String) -> String {
        let special = Set(".+?()|[]^$\\")
        var expression = ""
        var rest = Substring(text)
        while let first = rest.first {
            if rest.hasPrefix("{**}") {
                expression += ".*"
                rest = rest.dropFirst(4)
            } else if rest.hasPrefix("{*}") {
                expression += "[^/]+"
                rest = rest.dropFirst(3)
            } else {
                expression += special.contains(first) ? "\\\(first)" : String(first)
                rest = rest.dropFirst()
            }
        }
        return expression
    }

    private static func header(_ name: String, _ text: String, ignoresCase: Bool = false) -> Envoy_Config_Rbac_V3_Permission {
        var permission = Permission()
        permission.header = headerMatcher(name, text, ignoresCase: ignoresCase)
        return permission
    }

    private static func headerMatcher(_ name: String, _ text: String, ignoresCase: Bool = false) -> EnvoyHeaderMatcher {
        var header = EnvoyHeaderMatcher()
        header.name = name
        if text == "*" {
            header.presentMatch = true
        } else {
            header.stringMatch = matcher(text)
            header.stringMatch.ignoreCase = ignoresCase
        }
        return header
    }

    // MARK: - By whom

    private func principals(_ source: [String: [String]]) -> [Envoy_Config_Rbac_V3_Principal] {
        var found: [Principal] = []
        func add(_ name: String, _ translate: (String) -> Principal) {
            if let values = source[name] { found.append(Self.any(values.map(translate))) }
            let negated = "not" + name.prefix(1).uppercased() + name.dropFirst()
            if let values = source[negated] { found.append(Self.none(values.map(translate))) }
        }
        add("principals", identity)
        add("namespaces", inNamespace)
        add("serviceAccounts", serviceAccount)
        add("trustDomains", inTrustDomain)
        add("ipBlocks", Self.peer)
        if isHTTP {
            // What a caller writes about itself says nothing.
            add("remoteIpBlocks", remote)
            // No token was checked here, so nobody has a request principal.
            add("requestPrincipals") { _ in Self.nobody }
        }
        return found
    }

    private func principals(_ condition: AuthorizationPolicyObject.Condition) -> [Envoy_Config_Rbac_V3_Principal] {
        let translate: (String) -> Principal
        switch condition.key {
        case "source.ip": translate = Self.peer
        case "remote.ip": translate = remote
        case "source.namespace": translate = inNamespace
        case "source.principal": translate = identity
        case "destination.ip", "destination.port", "connection.sni": return []
        case let key where key.hasPrefix("request.headers["):
            let name = String(key.dropFirst("request.headers[".count).dropLast())
            translate = { text in
                var principal = Principal()
                principal.header = Self.headerMatcher(name, text)
                return principal
            }
        default: translate = { _ in Self.nobody }
        }
        return Self.both(condition, any: Self.any, none: Self.none, translate)
    }

    /// What is known from the outset needs no look at the connection.
    private static func known(_ holds: Bool) -> Envoy_Config_Rbac_V3_Principal {
        if !holds { return nobody }
        var everybody = Principal()
        everybody.any = true
        return everybody
    }

    private func identity(_ text: String) -> Envoy_Config_Rbac_V3_Principal {
        if let caller { return Self.known(caller.has(principal: text)) }
        return Self.shown(text)
    }

    private func inTrustDomain(_ text: String) -> Envoy_Config_Rbac_V3_Principal {
        if let caller { return Self.known(caller.isIn(trustDomain: text)) }
        return Self.shown("\(text)/*")
    }

    private static func shown(_ text: String) -> Envoy_Config_Rbac_V3_Principal {
        var principal = Principal()
        principal.authenticated.principalName =
            text == "*" ? EnvoyStringMatcher(regex: ".+") : text.hasPrefix("*") ? matcher(text) : matcher("spiffe://" + text)
        return principal
    }

    private func inNamespace(_ text: String) -> Envoy_Config_Rbac_V3_Principal {
        if let caller { return Self.known(caller.isIn(namespace: text)) }
        var principal = Principal()
        let name = String(text.flatMap { $0 == "*" ? ".*" : String($0) })
        principal.authenticated.principalName = EnvoyStringMatcher(regex: ".*/ns/\(name)/.*")
        return principal
    }

    private func serviceAccount(_ text: String) -> Envoy_Config_Rbac_V3_Principal {
        if let caller { return Self.known(caller.has(account: text, own: namespace)) }
        let parts = text.split(separator: "/", maxSplits: 1)
        var principal = Principal()
        let name = parts.count == 2 ? "ns/\(parts[0])/sa/\(parts[1])" : "ns/\(namespace)/sa/\(text)"
        principal.authenticated.principalName = EnvoyStringMatcher(regex: ".*/\(name)")
        return principal
    }

    private static func peer(_ text: String) -> Envoy_Config_Rbac_V3_Principal {
        var principal = Principal()
        principal.directRemoteIp = range(text)
        return principal
    }

    private func remote(_ text: String) -> Envoy_Config_Rbac_V3_Principal {
        if caller != nil { return Self.peer(text) }
        var principal = Principal()
        principal.remoteIp = Self.range(text)
        return principal
    }

    private static var nobody: Envoy_Config_Rbac_V3_Principal {
        var everybody = Principal()
        everybody.any = true
        var principal = Principal()
        principal.notID = everybody
        return principal
    }

    // MARK: - Values

    /// `*x`, `x*`, `*` and exact values.
    static func matcher(_ text: String) -> EnvoyStringMatcher {
        var matcher = EnvoyStringMatcher()
        if text == "*" {
            matcher.safeRegex.regex = ".+"
        } else if text.hasPrefix("*") {
            matcher.suffix = String(text.dropFirst())
        } else if text.hasSuffix("*") {
            matcher.prefix = String(text.dropLast())
        } else {
            matcher.exact = text
        }
        return matcher
    }

    private static func range(_ text: String) -> Envoy_Config_Core_V3_CidrRange {
        var cidr = Envoy_Config_Core_V3_CidrRange()
        if let range = AddressRange(text) {
            cidr.addressPrefix = range.address.description
            cidr.prefixLen = .init(UInt32(range.prefixLength))
        }
        return cidr
    }

    private static func both<Part>(
        _ condition: AuthorizationPolicyObject.Condition, any: ([Part]) -> Part, none: ([Part]) -> Part,
        _ translate: (String) -> Part
    ) -> [Part] {
        var parts: [Part] = []
        if !condition.values.isEmpty { parts.append(any(condition.values.map(translate))) }
        if !condition.notValues.isEmpty { parts.append(none(condition.notValues.map(translate))) }
        return parts
    }

    // MARK: - Sets

    private static func any(_ parts: [Envoy_Config_Rbac_V3_Permission]) -> Envoy_Config_Rbac_V3_Permission {
        var permission = Permission()
        permission.orRules.rules = parts
        return permission
    }

    private static func none(_ parts: [Envoy_Config_Rbac_V3_Permission]) -> Envoy_Config_Rbac_V3_Permission {
        var permission = Permission()
        permission.notRule = any(parts)
        return permission
    }

    private static func all(_ parts: [Envoy_Config_Rbac_V3_Permission]) -> Envoy_Config_Rbac_V3_Permission {
        var always = Permission()
        always.any = true
        var permission = Permission()
        permission.andRules.rules = parts.isEmpty ? [always] : parts
        return permission
    }

    private static func any(_ parts: [Envoy_Config_Rbac_V3_Principal]) -> Envoy_Config_Rbac_V3_Principal {
        var principal = Principal()
        principal.orIds.ids = parts
        return principal
    }

    private static func none(_ parts: [Envoy_Config_Rbac_V3_Principal]) -> Envoy_Config_Rbac_V3_Principal {
        var principal = Principal()
        principal.notID = any(parts)
        return principal
    }

    private static func all(_ parts: [Envoy_Config_Rbac_V3_Principal]) -> Envoy_Config_Rbac_V3_Principal {
        var always = Principal()
        always.any = true
        var principal = Principal()
        principal.andIds.ids = parts.isEmpty ? [always] : parts
        return principal
    }
}
