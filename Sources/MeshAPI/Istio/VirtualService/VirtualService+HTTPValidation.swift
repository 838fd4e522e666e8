extension VirtualService.HTTPRoute {
    func validate(isDelegate: Bool, _ context: ValidationContext) {
        let isRoot = !isDelegate && delegate != nil
        if isRoot { validateRoot(context) } else { validateActions(isDelegate: isDelegate, context) }
        context.each("match", match) { _, match in match.validate(context) }
        if redirect?.prefixRewrite.isEmpty == false { validatePrefixes(context) }
        if let headers { context.inside("headers") { headers.validate(context) } }
        if let corsPolicy { context.inside("corsPolicy") { corsPolicy.validate(context) } }
        if let fault { context.inside("fault") { fault.validate(context) } }
        validateMirrors(context)
        if let redirect { context.inside("redirect") { redirect.validate(context) } }
        if let directResponse { context.inside("directResponse") { directResponse.validate(context) } }
        if let retries { context.inside("retries") { retries.validate(context) } }
        if let rewrite { context.inside("rewrite") { rewrite.validate(context) } }
        validateAuthority(context)
        validateDestinations(context)
        context.checkDuration("timeout", timeout)
    }

    /// A root leaves the action to its delegate.
    private func validateRoot(_ context: ValidationContext) {
        if redirect != nil { context.inside("redirect") { context.error(.invalidDelegate, "root HTTP route \(name) must not specify redirect") } }
        if !route.isEmpty { context.inside("route") { context.error(.invalidDelegate, "root HTTP route \(name) must not specify route") } }
        if directResponse != nil {
            context.inside("directResponse") { context.error(.invalidDelegate, "root HTTP route \(name) must not specify direct_response") }
        }
    }

    private func validateActions(isDelegate: Bool, _ context: ValidationContext) {
        if isDelegate, delegate != nil {
            context.inside("delegate") { context.error(.invalidDelegate, "delegate HTTP route cannot contain delegate") }
        }
        func conflict(_ message: String) { context.error(.conflictingActions, message) }
        if redirect != nil {
            if !route.isEmpty { conflict("HTTP route cannot contain both route and redirect") }
            if fault != nil { conflict("HTTP route cannot contain both fault and redirect") }
            if rewrite != nil { conflict("HTTP route rule cannot contain both rewrite and redirect") }
            if directResponse != nil { conflict("HTTP route rule cannot contain both direct_response and redirect") }
        } else if directResponse != nil {
            if !route.isEmpty { conflict("HTTP route cannot contain both route and direct_response") }
            if rewrite != nil { conflict("HTTP route cannot contain both rewrite and direct_response") }
        } else if route.isEmpty {
            context.error(.missingRoute, "HTTP route, redirect or direct_response is required")
        }
        if mirror != nil, !mirrors.isEmpty { conflict("HTTP route cannot contain both mirror and mirrors") }
    }

    /// A prefix can only be replaced where a prefix was matched.
    private func validatePrefixes(_ context: ValidationContext) {
        let areAllPrefixes = match.allSatisfy { match in
            if case .prefix? = match.uri { true } else { match.uri == nil || match.uri == .present }
        }
        if !areAllPrefixes {
            context.inside("redirect") {
                context.inside("prefixRewrite") {
                    context.error(.invalidRedirect, "redirect prefix_rewrite requires all URI matches to use prefix match type")
                }
            }
        }
    }

    private func validateMirrors(_ context: ValidationContext) {
        if let mirrorPercent {
            context.inside("mirrorPercent") {
                if mirrorPercent > 100 { context.error(.invalidMirror, "mirror_percent must have a max value of 100 (it has \(mirrorPercent))") }
                context.warn(.deprecatedField, "using deprecated setting \"mirrorPercent\", use \"mirrorPercentage\" instead")
            }
        }
        context.checkMirrorShare("mirrorPercentage", mirrorPercentage, "mirror_percentage")
        context.each("mirrors", mirrors) { _, mirror in
            guard let destination = mirror.destination else {
                context.error(.invalidMirror, "destination is required for mirrors")
                return
            }
            context.inside("destination") { destination.validate(context) }
            context.checkMirrorShare("percentage", mirror.percentage, "mirror percentage")
        }
        if let mirror { context.inside("mirror") { mirror.validate(context) } }
    }

    /// The host is set in one place only.
    private func validateAuthority(_ context: ValidationContext) {
        var current = rewrite?.authority ?? ""
        let changes = (headers?.request?.set ?? [:]).sorted { $0.key < $1.key } + (headers?.request?.add ?? [:]).sorted { $0.key < $1.key }
        for (name, value) in changes where HeaderText.isAuthority(name) {
            if !current.isEmpty {
                context.inside("headers") {
                    context.error(.invalidHeader, "authority header cannot be set multiple times: have \"\(current)\", attempting to set \"\(value)\"")
                }
                return
            }
            current = value
        }
    }

    private func validateDestinations(_ context: ValidationContext) {
        context.each("route", route) { _, route in
            if let headers = route.headers { context.inside("headers") { headers.validate(context) } }
            context.checkDestination(route.destination, weight: route.weight)
        }
        context.checkWeights(route.map(\.weight))
    }
}

extension ValidationContext {
    fileprivate func checkMirrorShare(_ field: String, _ share: VirtualService.Percent?, _ subject: String) {
        guard let value = share?.value else { return }
        inside(field) {
            if value > 100 { error(.invalidMirror, "\(subject) must have a max value of 100 (it has \(value.jsonText))") }
            if value < 0 { error(.invalidMirror, "\(subject) must have a min value of 0 (it has \(value.jsonText))") }
        }
    }

    func checkDestination(_ destination: VirtualService.Destination?, weight: Int32) {
        if let destination {
            inside("destination") { destination.validate(self) }
        } else {
            error(.invalidDestination, "destination is required")
        }
        if weight < 0 { inside("weight") { error(.invalidWeight, "weight \(weight) < 0") } }
    }

    func checkWeights(_ weights: [Int32]) {
        guard weights.count > 1, weights.reduce(0, { $0 + Int64($1) }) == 0 else { return }
        inside("route") { error(.invalidWeight, "total destination weight = 0; give the destinations weights") }
    }
}

extension VirtualService.HTTPMatchRequest {
    func validate(_ context: ValidationContext) {
        for (field, headers) in [("headers", headers), ("withoutHeaders", withoutHeaders)] {
            context.each(field, headers) { name, match in
                if !HeaderText.isClaim(name) { context.error(.invalidHeader, HeaderText.nameProblem(name)) }
                // Istio reads the expression * as: the header is there.
                if field == "withoutHeaders", match == .regex("*") { return }
                match.validate(field, context)
            }
        }
        // Every path begins with the empty prefix; Envoy allows it here only.
        if uri != .prefix("") { context.checkStringMatch("uri", uri) }
        context.checkStringMatch("scheme", scheme)
        context.checkStringMatch("method", method)
        context.checkStringMatch("authority", authority)
        context.checkStringMatches("queryParams", queryParams)
        if port != 0 { context.inside("port") { context.checkPort(port) } }
        context.checkLabels("sourceLabels", sourceLabels)
        VirtualService.validateGatewayNames(gateways, context)
        if !sourceNamespace.isEmpty, !DomainName.isLabel(sourceNamespace) {
            context.inside("sourceNamespace") { context.error(.invalidMatch, "sourceNamespace match \(sourceNamespace) is invalid") }
        }
    }
}
