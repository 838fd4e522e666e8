internal import EnvoyAPI
internal import SwiftProtobuf

/// Envoy's RBAC messages to ``AccessRules``.
struct AccessRulesCompiler {
    let arena: Arena
    private var program: [AccessInstruction] = []
    private var depth = 0

    init(arena: Arena) {
        self.arena = arena
    }

    mutating func rules(
        _ rules: Envoy_Config_Rbac_V3_RBAC?, shadow: Envoy_Config_Rbac_V3_RBAC?
    ) throws(CompileError) -> AccessRules {
        var result = AccessRules()
        if let rules {
            result.hasRules = true
            result.action = try action(rules, "rules")
            result.policies = try policies(rules, "rules")
        }
        if let shadow {
            result.hasShadowRules = true
            result.shadowAction = try action(shadow, "shadow_rules")
            result.shadowPolicies = try policies(shadow, "shadow_rules")
        }
        return result
    }

    private func action(_ rules: Envoy_Config_Rbac_V3_RBAC, _ path: String) throws(CompileError) -> AccessRules.Action {
        switch rules.action {
        case .allow: return .allow
        case .deny: return .deny
        case .log: return .log
        case .UNRECOGNIZED: throw .unsupported("\(path).action")
        }
    }

    private mutating func policies(
        _ rules: Envoy_Config_Rbac_V3_RBAC, _ path: String
    ) throws(CompileError) -> FlatArray<AccessPolicy> {
        var result: [AccessPolicy] = []
        for (name, policy) in rules.policies.sorted(by: { $0.key < $1.key }) {
            program = []
            depth = 0
            let own = "\(path).policies[\(name)]"
            try addAll(policy.permissions, .anyOf, "\(own).permissions") { (compiler, rule, path) throws(CompileError) in
                try compiler.add(rule, path)
            }
            try addAll(policy.principals, .anyOf, "\(own).principals") { (compiler, rule, path) throws(CompileError) in
                try compiler.add(rule, path)
            }
            try join(.all, 2, own)
            result.append(AccessPolicy(name: arena.text(name), program: arena.array(program)))
        }
        return arena.array(result)
    }

    private mutating func push(_ instruction: AccessInstruction, _ path: String) throws(CompileError) {
        program.append(instruction)
        depth += 1
        if depth > AccessInstruction.maximumDepth { throw CompileError(path, "too many conditions in one rule") }
    }

    /// Combines the last `count` results.
    private mutating func join(
        _ operation: AccessInstruction.Operation, _ count: Int, _ path: String
    ) throws(CompileError) {
        depth -= count
        try push(AccessInstruction(operation: operation, count: Int32(count)), path)
    }

    /// Adds a list of rules, combined two at a time, so that a long list needs
    /// no more of the stack than a short one.
    private mutating func addAll<Rule>(
        _ rules: [Rule], _ operation: AccessInstruction.Operation, _ path: String,
        _ add: (inout Self, Rule, String) throws(CompileError) -> Void
    ) throws(CompileError) {
        for (index, rule) in rules.enumerated() {
            try add(&self, rule, "\(path)[\(index)]")
            if index > 0 { try join(operation, 2, path) }
        }
        if rules.isEmpty { try join(operation, 0, path) }
    }

    private mutating func add(_ permission: Envoy_Config_Rbac_V3_Permission, _ path: String) throws(CompileError) {
        let matchers = MatcherCompiler(arena: arena)
        switch permission.rule {
        case .any: try push(AccessInstruction(operation: .any), path)
        case .andRules(let set):
            try addAll(set.rules, .all, "\(path).and_rules") { (compiler, rule, path) throws(CompileError) in
                try compiler.add(rule, path)
            }
        case .orRules(let set):
            try addAll(set.rules, .anyOf, "\(path).or_rules") { (compiler, rule, path) throws(CompileError) in
                try compiler.add(rule, path)
            }
        case .notRule(let inner):
            try add(inner, "\(path).not_rule")
            program.append(AccessInstruction(operation: .not))
        case .header(let header): try add(header: header, "\(path).header")
        case .urlPath(let rule): try add(urlPath: rule, "\(path).url_path")
        case .destinationIp(let range):
            try push(
                AccessInstruction(
                    operation: .destinationAddress, range: arena.single(try range.range("\(path).destination_ip"))),
                path)
        case .destinationPort(let port):
            let value = UInt16(truncatingIfNeeded: port)
            try push(AccessInstruction(operation: .destinationPort, ports: PortRange(first: value, last: value)), path)
        case .destinationPortRange(let range):
            guard range.start < range.end else {
                try push(AccessInstruction(operation: .never), path)
                return
            }
            let last = UInt16(clamping: range.end - 1)
            try push(
                AccessInstruction(
                    operation: .destinationPort, ports: PortRange(first: UInt16(clamping: range.start), last: last)),
                path)
        case .requestedServerName(let matcher):
            let text = try matchers.string(matcher, "\(path).requested_server_name")
            try push(AccessInstruction(operation: .serverName, text: arena.single(text)), path)
        case .matcher: throw .unsupported("\(path).matcher")
        case .uriTemplate: throw .unsupported("\(path).uri_template")
        case nil: throw CompileError(path, "no rule, or one that is not supported")
        }
    }

    private mutating func add(_ principal: Envoy_Config_Rbac_V3_Principal, _ path: String) throws(CompileError) {
        let matchers = MatcherCompiler(arena: arena)
        switch principal.identifier {
        case .any: try push(AccessInstruction(operation: .any), path)
        case .andIds(let set):
            try addAll(set.ids, .all, "\(path).and_ids") { (compiler, rule, path) throws(CompileError) in
                try compiler.add(rule, path)
            }
        case .orIds(let set):
            try addAll(set.ids, .anyOf, "\(path).or_ids") { (compiler, rule, path) throws(CompileError) in
                try compiler.add(rule, path)
            }
        case .notID(let inner):
            try add(inner, "\(path).not_id")
            program.append(AccessInstruction(operation: .not))
        case .authenticated(let identity):
            var instruction = AccessInstruction(operation: .identity)
            if identity.hasPrincipalName {
                let text = try matchers.string(identity.principalName, "\(path).authenticated.principal_name")
                instruction.text = arena.single(text)
            }
            try push(instruction, path)
        case .directRemoteIp(let range):
            try push(
                AccessInstruction(
                    operation: .directSourceAddress, range: arena.single(try range.range("\(path).direct_remote_ip"))),
                path)
        case .remoteIp(let range):
            try push(
                AccessInstruction(operation: .sourceAddress, range: arena.single(try range.range("\(path).remote_ip"))),
                path)
        case .header(let header): try add(header: header, "\(path).header")
        case .urlPath(let rule): try add(urlPath: rule, "\(path).url_path")
        case .filterState(let state):
            // Istio's name for the identity that the peer proved.
            guard state.key == "io.istio.peer_principal", case .stringMatch(let text) = state.matcher else {
                throw .unsupported("\(path).filter_state")
            }
            let matcher = try matchers.string(text, "\(path).filter_state.string_match")
            try push(AccessInstruction(operation: .identity, text: arena.single(matcher)), path)
        case .custom: throw .unsupported("\(path).custom")
        case nil: throw CompileError(path, "no identifier, or one that is not supported")
        }
    }

    private mutating func add(header: Envoy_Config_Route_V3_HeaderMatcher, _ path: String) throws(CompileError) {
        let matcher = try MatcherCompiler(arena: arena).header(header, path)
        try push(AccessInstruction(operation: .header, header: arena.single(matcher)), path)
    }

    private mutating func add(urlPath: Envoy_Type_Matcher_V3_PathMatcher, _ path: String) throws(CompileError) {
        guard case .path(let text) = urlPath.rule else { throw .unsupported(path) }
        let matcher = try MatcherCompiler(arena: arena).string(text, "\(path).path")
        try push(AccessInstruction(operation: .path, text: arena.single(matcher)), path)
    }
}
