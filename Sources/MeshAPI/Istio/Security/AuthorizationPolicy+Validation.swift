extension AuthorizationPolicy: ValidatedMessage {
    func validate(_ metadata: ObjectMeta, _ context: ValidationContext) {
        context.checkTargets(selector, targetRef, targetRefs)
        if action == .custom {
            if provider?.name.isEmpty ?? true, !rules.isEmpty {
                context.inside("provider") { context.error(.invalidAuthorizationRule, "`provider.name` must not be empty") }
            }
        } else if provider != nil {
            context.inside("provider") {
                context.error(.invalidAuthorizationRule, "`provider` must not be with non CUSTOM action, found \(action.rawValue)")
            }
        }
        if rules.isEmpty, action == .deny || action == .custom {
            context.inside("rules") {
                context.error(
                    .invalidAuthorizationRule,
                    "\(action.rawValue) action without `rules` is meaningless as it will never be triggered, add an empty rule `{}` if you want it be triggered for every request")
            }
        }
        context.each("rules", rules) { index, rule in
            rule.validate(index, context)
            if action == .custom { rule.validateForCustomAction(context) }
            if action == .deny { rule.warnOfHTTPOnly(context) }
        }
    }
}

extension AuthorizationPolicy.Rule {
    func validate(_ index: Int, _ context: ValidationContext) {
        func refuse(_ message: String) { context.error(.invalidAuthorizationRule, message) }
        context.each("from", from) { _, from in
            guard let source = from.source else { return refuse("`from.source` must not be nil, found at rule \(index)") }
            context.inside("source") {
                if source == AuthorizationPolicy.Source() { refuse("`from.source` must not be empty, found at rule \(index)") }
                source.validate(index, context)
            }
        }
        context.each("to", to) { _, to in
            guard let operation = to.operation else { return refuse("`to.operation` must not be nil, found at rule \(index)") }
            context.inside("operation") {
                if operation == AuthorizationPolicy.Operation() { refuse("`to.operation` must not be empty, found at rule \(index)") }
                operation.validate(context)
            }
        }
        context.each("when", when) { _, condition in condition.validate(context) }
    }

    /// What an outside authorizer can't be asked about.
    func validateForCustomAction(_ context: ValidationContext) {
        func refuse(_ name: String) { context.error(.invalidAuthorizationRule, "\(name) is currently not supported with CUSTOM action") }
        context.each("from", from) { _, from in
            guard let source = from.source else { return }
            let fields = [
                (source.namespaces, "Namespaces"), (source.notNamespaces, "NotNamespaces"), (source.principals, "Principals"),
                (source.notPrincipals, "NotPrincipals"), (source.requestPrincipals, "RequestPrincipals"),
                (source.notRequestPrincipals, "NotRequestPrincipals"), (source.serviceAccounts, "ServiceAccounts"),
                (source.notServiceAccounts, "NotServiceAccounts"),
            ]
            for (values, name) in fields where !values.isEmpty { refuse("From.\(name)") }
        }
        context.each("when", when) { _, condition in
            let key = condition.key
            if key == "source.namespace" || key == "source.principal" || key == "source.serviceAccount" || key.hasPrefix("request.auth.") {
                refuse(key)
            }
        }
    }

    /// A rule that only knows requests can't tell connections apart and denies them all.
    func warnOfHTTPOnly(_ context: ValidationContext) {
        let sources = from.compactMap(\.source)
        let operations = to.compactMap(\.operation)
        let knowsConnections = sources.contains { source in
            [
                source.principals, source.notPrincipals, source.ipBlocks, source.notIpBlocks, source.namespaces, source.notNamespaces,
                source.serviceAccounts, source.notServiceAccounts, source.remoteIpBlocks, source.notRemoteIpBlocks, source.trustDomains,
                source.notTrustDomains,
            ].contains { !$0.isEmpty }
        }
        let knowsPorts = operations.contains { !$0.ports.isEmpty || !$0.notPorts.isEmpty }
        guard (!sources.isEmpty && operations.isEmpty && !knowsConnections) || (!operations.isEmpty && !knowsPorts) else { return }
        context.warn(
            .invalidAuthorizationRule,
            "configured AuthorizationPolicy will deny all traffic to TCP ports under its scope due to the use of only HTTP attributes in a DENY rule; it is recommended to explicitly specify the port")
    }
}

extension ValidationContext {
    fileprivate func checkValues(_ field: String, _ name: String, _ values: [String], _ problem: (String) -> String? = { _ in nil }) {
        each(field, values) { _, value in
            error(.invalidAuthorizationRule, problem(value))
            if value.isEmpty { error(.invalidAuthorizationRule, "empty value not allowed, found in \(name)") }
        }
    }
}

extension AuthorizationPolicy.Source {
    func validate(_ index: Int, _ context: ValidationContext) {
        context.checkValues("principals", "Principals", principals)
        context.checkValues("notPrincipals", "NotPrincipals", notPrincipals)
        context.checkValues("requestPrincipals", "RequestPrincipals", requestPrincipals)
        context.checkValues("notRequestPrincipals", "NotRequestPrincipals", notRequestPrincipals)
        context.checkValues("namespaces", "Namespaces", namespaces)
        context.checkValues("notNamespaces", "NotNamespaces", notNamespaces)
        context.checkValues("serviceAccounts", "ServiceAccounts", serviceAccounts) { Self.accountProblem($0, "ServiceAccounts") }
        context.checkValues("notServiceAccounts", "NotServiceAccounts", notServiceAccounts) { Self.accountProblem($0, "NotServiceAccounts") }
        context.checkValues("ipBlocks", "IpBlocks", ipBlocks, AuthorizationAttribute.addressProblem)
        context.checkValues("notIpBlocks", "NotIpBlocks", notIpBlocks, AuthorizationAttribute.addressProblem)
        context.checkValues("remoteIpBlocks", "RemoteIpBlocks", remoteIpBlocks, AuthorizationAttribute.addressProblem)
        context.checkValues("notRemoteIpBlocks", "NotRemoteIpBlocks", notRemoteIpBlocks, AuthorizationAttribute.addressProblem)
        context.checkValues("trustDomains", "TrustDomains", trustDomains)
        context.checkValues("notTrustDomains", "NotTrustDomains", notTrustDomains)
        let identities = principals.isEmpty && notPrincipals.isEmpty && namespaces.isEmpty && notNamespaces.isEmpty
        if !serviceAccounts.isEmpty || !notServiceAccounts.isEmpty, !identities {
            context.error(.invalidAuthorizationRule, "cannot set serviceAccounts with namespaces or principals, found at rule \(index)")
        }
    }

    private static func accountProblem(_ account: String, _ field: String) -> String? {
        let parts = account.split(separator: "/", omittingEmptySubsequences: false)
        if account.isEmpty || (parts.count <= 2 && !parts.contains(where: \.isEmpty)) { return nil }
        return "expected format 'serviceAccount' or 'namespace/serviceAccount', found \"\(account)\" in \(field)"
    }
}

extension AuthorizationPolicy.Operation {
    func validate(_ context: ValidationContext) {
        context.checkValues("hosts", "Hosts", hosts)
        context.checkValues("notHosts", "NotHosts", notHosts)
        context.checkValues("ports", "Ports", ports, AuthorizationAttribute.portProblem)
        context.checkValues("notPorts", "NotPorts", notPorts, AuthorizationAttribute.portProblem)
        context.checkValues("methods", "Methods", methods)
        context.checkValues("notMethods", "NotMethods", notMethods)
        context.checkValues("paths", "Paths", paths) { Self.pathProblem($0, "Paths") }
        context.checkValues("notPaths", "NotPaths", notPaths) { Self.pathProblem($0, "NotPaths") }
    }

    /// `{*}` stands for one segment and `{**}`, at the end, for any number.
    private static func pathProblem(_ path: String, _ field: String) -> String? {
        let hasTemplate = path.contains("{*}") || path.contains("{**}")
        var trimmed = path[...]
        while trimmed.hasPrefix("/") { trimmed.removeFirst() }
        while trimmed.hasSuffix("/") { trimmed.removeLast() }
        var hasRest = false
        for segment in trimmed.split(separator: "/", omittingEmptySubsequences: false) {
            let problem = "invalid or unsupported path \(path), found in \(field)."
            if segment == "{*}" || segment == "{**}" {
                if hasRest { return "\(problem) {**} is not the last operator" }
                hasRest = segment == "{**}"
            } else if segment.contains("{") || segment.contains("}") {
                return "\(problem) Contains '{' or '}' beyond a supported path template"
            } else if hasTemplate, segment.contains("*") {
                return "\(problem) Contains '*' beyond a supported path template"
            }
        }
        return nil
    }
}

extension AuthorizationPolicy.Condition {
    func validate(_ context: ValidationContext) {
        guard !key.isEmpty else { return context.error(.invalidAuthorizationRule, "`key` must not be empty") }
        guard !values.isEmpty || !notValues.isEmpty else {
            return context.error(.invalidAuthorizationRule, "at least one of `values` or `notValues` must be set for key \(key)")
        }
        if let problem = AuthorizationAttribute.problem(key) {
            context.inside("key") { context.error(.invalidAuthorizationRule, "invalid `value` for `key` \(key): \(problem)") }
        }
        for (field, name, values) in [("values", "value", values), ("notValues", "notValue", notValues)] {
            context.each(field, values) { _, value in
                context.error(.invalidAuthorizationRule, AuthorizationAttribute.valueProblem(key, value))
                if value.isEmpty {
                    context.error(.invalidAuthorizationRule, "invalid `\(name)` for `key` \(key): empty value not allowed, found in \(key)")
                }
            }
        }
    }
}
