extension RequestAuthentication: ValidatedMessage {
    func validate(_ metadata: ObjectMeta, _ context: ValidationContext) {
        context.checkTargets(selector, targetRef, targetRefs)
        context.each("jwtRules", jwtRules) { _, rule in rule.validate(context) }
    }
}

extension RequestAuthentication.JWTRule {
    func validate(_ context: ValidationContext) {
        func refuse(_ message: String) { context.error(.invalidRequestAuthentication, message) }
        if issuer.isEmpty, jwksUri.isEmpty { refuse("issuer or jwksUri must be non-empty string") }
        context.each("audiences", audiences) { _, audience in
            if audience.isEmpty { refuse("audience must be non-empty string") }
        }
        if !jwksUri.isEmpty { context.inside("jwksUri") { context.error(.invalidRequestAuthentication, Self.addressProblem(jwksUri)) } }
        if !jwks.isEmpty {
            if !jwksUri.isEmpty { refuse("only one of jwks or jwksUri can be set") }
            context.inside("jwks") { validateKeys(context) }
        }
        context.each("fromHeaders", fromHeaders) { _, header in
            if header.name.isEmpty { refuse("location header name must be non-empty string") }
        }
        context.each("fromParams", fromParams) { _, name in if name.isEmpty { refuse("location query must be non-empty string") } }
        context.each("fromCookies", fromCookies) { _, name in if name.isEmpty { refuse("cookie name must be non-empty string") } }
        context.each("outputClaimToHeaders", outputClaimToHeaders) { _, output in
            if output.claim.isEmpty || output.header.isEmpty {
                refuse("outputClaimToHeaders header and claim value must be non-empty string")
            } else {
                context.inside("header") { context.error(.invalidHeader, HeaderText.nameProblem(output.header)) }
            }
        }
        context.checkDuration("timeout", timeout)
    }

    private static func addressProblem(_ text: String) -> String? {
        guard let separator = text.firstRange(of: "://") else { return "URI scheme \"\" is not supported; write https://HOST/PATH" }
        let scheme = text[..<separator.lowerBound].lowercased()
        guard scheme == "http" || scheme == "https" else { return "URI scheme \"\(scheme)\" is not supported" }
        var authority = text[separator.upperBound...].prefix { !"/?#".contains($0) }
        if let at = authority.lastIndex(of: "@") { authority = authority[authority.index(after: at)...] }
        if authority.isEmpty { return "parse \"\(text)\": the host is missing" }
        let afterBracket = authority.lastIndex(of: "]").map { authority[authority.index(after: $0)...] } ?? authority
        guard let colon = afterBracket.lastIndex(of: ":") else { return nil }
        let port = afterBracket[afterBracket.index(after: colon)...]
        return port.utf8.allSatisfy { $0 >= 0x30 && $0 <= 0x39 } ? nil : "parse \"\(text)\": invalid port \":\(port)\" after host"
    }

    private func validateKeys(_ context: ValidationContext) {
        guard let value = ConfigValue(json: jwks), case .object = value, value["keys"]?.array != nil || value["kty"] != nil else {
            context.error(.invalidRequestAuthentication, "jwks parse error: failed to unmarshal JWK set; write JSON with a list of keys")
            return
        }
        for (index, key) in (value["keys"]?.array ?? [value]).enumerated() {
            if key["kty"]?.string == nil {
                context.error(.invalidRequestAuthentication, "jwks parse error: the key at index \(index) has no type (kty)")
            } else if key["d"] != nil || key["k"] != nil {
                context.warn(
                    .invalidRequestAuthentication,
                    "jwks key at index \(index) contains private key material; only public keys are used for verification")
            }
        }
    }
}
