extension VirtualService.HTTPRedirect {
    func validate(_ context: ValidationContext) {
        if uri.isEmpty, authority.isEmpty, port == nil, derivePort == nil, scheme.isEmpty, prefixRewrite.isEmpty {
            context.error(.invalidRedirect, "redirect must specify URI, authority, scheme, or port")
        }
        if !uri.isEmpty, !prefixRewrite.isEmpty { context.error(.invalidRedirect, "redirect may only specify one of uri or prefix_rewrite") }
        if redirectCode != 0, !(300...399).contains(redirectCode) {
            context.inside("redirectCode") {
                context.error(.invalidRedirect, "\(redirectCode) is not a valid redirect code, must be 3xx")
            }
        }
        if !["", "http", "https"].contains(scheme) {
            context.inside("scheme") { context.error(.invalidRedirect, "invalid redirect scheme, must be \"http\" or \"https\"") }
        }
        if let port, port > 0 { context.inside("port") { context.checkPort(port) } }
    }
}

extension VirtualService.HTTPDirectResponse {
    func validate(_ context: ValidationContext) {
        let size = body.map { $0.string?.utf8.count ?? ($0.bytes?.utf8.count ?? 0) / 4 * 3 } ?? 0
        context.inside("body") {
            if size > 1 << 20 {
                context.error(.limitExceeded, "large direct_responses may impact control plane performance, must be less than 1MB")
            } else if size > 100 << 10 {
                context.warn(.limitExceeded, "large direct_responses may impact control plane performance")
            }
        }
        context.inside("status") { context.checkStatus(Int64(status)) }
    }
}

extension ValidationContext {
    /// Istio lets 600 pass.
    fileprivate func checkStatus(_ status: Int64) {
        if !(200...600).contains(status) { error(.invalidStatus, "HTTP status \(status) is not in range 200-599") }
    }

    fileprivate func checkShare(_ field: String, _ share: VirtualService.Percent?) {
        guard let value = share?.value, value < 0 || value > 100 || (value > 0 && value < 0.0001) else { return }
        inside(field) { error(.invalidFault, "percentage \(value.jsonText) is neither 0.0, nor in range [0.0001, 100.0]") }
    }
}

extension VirtualService.HTTPRewrite {
    func validate(_ context: ValidationContext) {
        if !uri.isEmpty, uriRegexRewrite != nil {
            context.error(.invalidRewrite, "rewrite may only contain one of URI or UriRegexRewrite")
        } else if uri.isEmpty, uriRegexRewrite == nil, authority.isEmpty {
            context.error(
                .invalidRewrite,
                "rewrite must specify at least one of URI, UriRegexRewrite, or authority. Only one of URI or UriRegexRewrite may be specified")
        }
        guard let regex = uriRegexRewrite else { return }
        context.inside("uriRegexRewrite") {
            if regex.match.isEmpty || regex.rewrite.isEmpty {
                context.error(.invalidRewrite, "UriRegexRewrite requires both Rewrite and Match fields to be specified")
            } else {
                context.inside("match") { context.checkRegex(regex.match, "HTTPRewrite.UriRegexRewrite.Match") }
            }
        }
    }
}

extension VirtualService.HTTPRetry {
    private static let policies: Set<String> = [
        "5xx", "gateway-error", "reset", "reset-before-request", "connect-failure", "retriable-4xx", "refused-stream", "retriable-status-codes",
        "retriable-headers", "envoy-ratelimited", "http3-post-connect-failure", "cancelled", "deadline-exceeded", "internal",
        "resource-exhausted", "unavailable",
    ]

    /// The statuses that have a name.
    private static let statuses: Set<Int> = Set(
        Array(100...103) + Array(200...208) + [226] + Array(300...305) + [307, 308] + Array(400...418) + Array(421...426) + [428, 429, 431, 451]
            + Array(500...508) + [510, 511])

    func validate(_ context: ValidationContext) {
        if attempts < 0 { context.inside("attempts") { context.error(.invalidRetry, "attempts cannot be negative") } }
        if attempts == 0, perTryTimeout != nil || !retryOn.isEmpty || retryRemoteLocalities != nil || backoff != nil {
            context.error(
                .invalidRetry, "http retry policy configured when attempts are set to 0 (disabled); write attempts, or nothing but attempts: 0")
        }
        context.checkDuration("perTryTimeout", perTryTimeout)
        context.checkDuration("backoff", backoff)
        guard !retryOn.isEmpty else { return }
        context.inside("retryOn") {
            for policy in retryOn.split(separator: ",", omittingEmptySubsequences: false).map(String.init) {
                if Self.policies.contains(policy) || Int(policy).map(Self.statuses.contains) ?? false { continue }
                let advice = Array(Self.policies).closest(to: policy).map { "; did you mean \($0)?" } ?? ""
                context.error(.invalidRetry, "\"\(policy)\" is not a valid retryOn policy\(advice)")
            }
        }
    }
}

extension VirtualService.HTTPFaultInjection {
    private static let grpcStatuses: Set<String> = [
        "OK", "CANCELLED", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND", "ALREADY_EXISTS", "PERMISSION_DENIED",
        "UNAUTHENTICATED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION", "ABORTED", "OUT_OF_RANGE", "UNIMPLEMENTED", "INTERNAL", "UNAVAILABLE",
        "DATA_LOSS",
    ]

    func validate(_ context: ValidationContext) {
        if abort == nil, delay == nil { context.error(.invalidFault, "HTTP fault injection must have an abort and/or a delay") }
        if let abort { context.inside("abort") { validate(abort, context) } }
        if let delay { context.inside("delay") { validate(delay, context) } }
    }

    private func validate(_ abort: VirtualService.Abort, _ context: ValidationContext) {
        context.checkShare("percentage", abort.percentage)
        if let status = abort.grpcStatus {
            guard !Self.grpcStatuses.contains(status) else { return }
            context.inside("grpcStatus") {
                context.error(
                    .invalidStatus,
                    "gRPC status \"\(status)\" is not supported. See https://github.com/grpc/grpc/blob/master/doc/statuscodes.md for a list of supported codes, for example 'NOT_FOUND'")
            }
        } else if abort.http2Error != nil {
            context.inside("http2Error") { context.error(.invalidFault, "HTTP/2 abort fault injection not supported yet; write httpStatus") }
        } else if let status = abort.httpStatus {
            context.inside("httpStatus") { context.checkStatus(Int64(status)) }
        } else {
            context.warn(.invalidFault, "abort configured, but error type not set; write httpStatus or grpcStatus")
        }
    }

    private func validate(_ delay: VirtualService.Delay, _ context: ValidationContext) {
        context.checkShare("percentage", delay.percentage)
        context.checkDuration("fixedDelay", delay.fixedDelay)
        if delay.exponentialDelay != nil {
            context.checkDuration("exponentialDelay", delay.exponentialDelay)
            context.inside("exponentialDelay") { context.error(.invalidFault, "exponentialDelay not supported yet; write fixedDelay") }
        }
    }
}

extension VirtualService.CorsPolicy {
    private static let methods: Set<String> = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "CONNECT", "OPTIONS", "TRACE"]

    func validate(_ context: ValidationContext) {
        context.each("allowOrigins", allowOrigins) { _, origin in
            switch origin {
            case .exact(""), .prefix(""), .regex(""), .present:
                context.error(.invalidCors, "'' is not a valid match type for CORS allow origins; write exact, prefix or regex with a value")
            case .regex(let expression): context.checkRegex(expression, "corsPolicy.allowOrigins")
            case .exact, .prefix: break
            }
        }
        context.each("allowMethods", allowMethods) { _, method in
            if !Self.methods.contains(method) { context.error(.invalidCors, "\"\(method)\" is not a supported HTTP method") }
        }
        for (field, names) in [("allowHeaders", allowHeaders), ("exposeHeaders", exposeHeaders)] {
            context.each(field, names) { _, name in
                if name != "*" { context.error(.invalidCors, HeaderText.nameProblem(name)) }
            }
        }
        guard let maxAge else { return }
        context.checkDuration("maxAge", maxAge)
        if maxAge.nanoseconds % 1_000_000_000 > 0 {
            context.inside("maxAge") { context.error(.invalidCors, "max_age duration is accurate only to seconds precision") }
        }
    }
}
