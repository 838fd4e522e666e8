internal import EnvoyAPI
internal import MeshAPI
internal import SwiftProtobuf

/// Translates the conditions of a rule on a request.
struct RouteMatching {
    /// Prefixes end at a path element, as in the Gateway API.
    let usesPathElements: Bool

    func message(_ source: VirtualService.HTTPMatchRequest?) -> Envoy_Config_Route_V3_RouteMatch {
        var match = Envoy_Config_Route_V3_RouteMatch()
        match.prefix = "/"
        guard let source else { return match }
        switch source.uri {
        case .exact(let path)?: match.path = path
        case .prefix(let prefix)? where usesPathElements && prefix != "/":
            match.pathSeparatedPrefix = prefix.hasSuffix("/") ? String(prefix.dropLast()) : prefix
        case .prefix(let prefix)?: match.prefix = prefix
        case .regex(let expression)?: match.safeRegex.regex = expression
        case .present?, nil: break
        }
        match.caseSensitive = .init(!source.ignoreUriCase)
        match.headers = headers(source)
        match.queryParameters = source.queryParams.sorted { $0.key < $1.key }.map { name, value in
            var parameter = Envoy_Config_Route_V3_QueryParameterMatcher()
            parameter.name = name
            if let matcher = Self.matcher(value) {
                parameter.stringMatch = matcher
            } else {
                parameter.presentMatch = true
            }
            return parameter
        }
        return match
    }

    private func headers(_ source: VirtualService.HTTPMatchRequest) -> [EnvoyHeaderMatcher] {
        var headers = source.headers.sorted { $0.key < $1.key }.map { Self.header($0.key, $0.value) }
        for (name, value) in source.withoutHeaders.sorted(by: { $0.key < $1.key }) {
            var header = Self.header(name, value)
            header.invertMatch = true
            if case .stringMatch? = header.headerMatchSpecifier { header.treatMissingHeaderAsEmpty = true }
            headers.append(header)
        }
        if let method = source.method { headers.append(Self.header(":method", method)) }
        if let authority = source.authority { headers.append(Self.header(":authority", authority)) }
        if let scheme = source.scheme { headers.append(Self.header(":scheme", scheme)) }
        return headers
    }

    static func header(_ name: String, _ value: StringMatch) -> EnvoyHeaderMatcher {
        var header = EnvoyHeaderMatcher()
        header.name = name
        if let matcher = matcher(value) {
            header.stringMatch = matcher
        } else {
            header.presentMatch = true
        }
        return header
    }

    /// - Returns: nil when anything will do, as long as it is there.
    static func matcher(_ value: StringMatch) -> EnvoyStringMatcher? {
        var matcher = EnvoyStringMatcher()
        switch value {
        case .exact(let text): matcher.exact = text
        case .prefix(let text): matcher.prefix = text
        case .regex("*"), .regex(""), .present: return nil
        case .regex(let expression): matcher.safeRegex.regex = expression
        }
        return matcher
    }
}
