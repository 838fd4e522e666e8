/// What a route asks of a request.
struct RouteMatcher: BitwiseCopyable, Sendable {
    enum Path: UInt8, BitwiseCopyable, Sendable {
        case prefix, exact
        /// The prefix itself, or the prefix followed by `/`.
        case separatedPrefix
        case regex
        /// Only CONNECT requests.
        case connect
    }

    var path = Path.prefix
    var pathText = FlatText()
    var ignoresCase = false
    var regex = FlatArray<RegexProgram>()
    var headers = FlatArray<HeaderMatcher>()
    var parameters = FlatArray<ParameterMatcher>()
    /// Only gRPC requests.
    var grpc = false
    /// Per 1,000,000: how many of the requests match at all.
    var perMillion: UInt32 = 1_000_000
    /// Whether a client certificate must (1) or must not (0) have been shown; -1 no condition.
    var presentsCertificate: Int8 = -1
}

/// A condition on one parameter of the query.
struct ParameterMatcher: BitwiseCopyable, Sendable {
    var name = FlatText()
    /// No condition on the value: presence is enough.
    var presence = true
    /// With `presence`, whether it must be present.
    var mustBePresent = true
    var value = StringMatcher()
}
