extension OutlierDetection {
    func validate(_ context: ValidationContext) {
        context.checkDuration("interval", interval)
        context.checkDuration("baseEjectionTime", baseEjectionTime)
        if consecutiveErrors != 0 {
            context.inside("consecutiveErrors") {
                context.warn(
                    .deprecatedField,
                    "outlier detection consecutive errors is deprecated, use consecutiveGatewayErrors or consecutive5xxErrors instead")
            }
        }
        if !splitExternalLocalOriginErrors, consecutiveLocalOriginFailures ?? 0 > 0 {
            context.inside("consecutiveLocalOriginFailures") {
                context.error(
                    .invalidOutlierDetection,
                    "outlier detection consecutive local origin failures is specified, but split external local origin errors is set to false; write splitExternalLocalOriginErrors: true")
            }
        }
        for (field, percent) in [("maxEjectionPercent", maxEjectionPercent), ("minHealthPercent", minHealthPercent)] where !(0...100).contains(percent) {
            context.inside(field) { context.error(.invalidOutlierDetection, "percentage \(percent) is not in range 0..100") }
        }
        context.each("outlierDetectionHttpErrorCodes", outlierDetectionHttpErrorCodes) { _, status in
            if !(100...599).contains(status) { context.error(.invalidOutlierDetection, "HTTP status \(status) is not in range 100..599") }
        }
    }
}

extension ConnectionPoolSettings {
    func validate(_ context: ValidationContext) {
        if http == nil, tcp == nil { context.error(.invalidConnectionPool, "connection pool must have at least one field; write tcp or http") }
        if let http { context.inside("http") { http.validate(context) } }
        if let tcp { context.inside("tcp") { tcp.validate(context) } }
    }
}

extension ConnectionPoolSettings.HTTPSettings {
    func validate(_ context: ValidationContext) {
        let counts = [
            ("http1MaxPendingRequests", http1MaxPendingRequests, "http1 max pending requests"), ("http2MaxRequests", http2MaxRequests, "http2 max requests"),
            ("maxRequestsPerConnection", maxRequestsPerConnection, "max requests per connection"), ("maxRetries", maxRetries, "max retries"),
            ("maxConcurrentStreams", maxConcurrentStreams, "max concurrent streams"),
        ]
        for (field, count, subject) in counts where count < 0 {
            context.inside(field) { context.error(.invalidConnectionPool, "\(subject) must be non-negative") }
        }
        context.checkDuration("idleTimeout", idleTimeout)
        if h2UpgradePolicy == .upgrade, useClientProtocol {
            context.inside("useClientProtocol") {
                context.error(.invalidConnectionPool, "use client protocol must not be true when H2UpgradePolicy is UPGRADE")
            }
        }
        guard let keepAlive = http2KeepAlive else { return }
        context.inside("http2KeepAlive") {
            for (field, duration) in [("interval", keepAlive.interval), ("timeout", keepAlive.timeout)] {
                if duration == nil { context.error(.invalidConnectionPool, "http2 keepalive \(field) is required") }
                context.checkDuration(field, duration)
            }
        }
    }
}

extension ConnectionPoolSettings.TCPSettings {
    func validate(_ context: ValidationContext) {
        if maxConnections < 0 {
            context.inside("maxConnections") { context.error(.invalidConnectionPool, "max connections must be non-negative") }
        }
        context.checkDuration("connectTimeout", connectTimeout)
        context.checkDuration("maxConnectionDuration", maxConnectionDuration)
        // Zero turns the timeout off.
        if idleTimeout != .zero { context.checkDuration("idleTimeout", idleTimeout) }
        guard let keepalive = tcpKeepalive else { return }
        context.inside("tcpKeepalive") {
            context.checkDuration("time", keepalive.time)
            context.checkDuration("interval", keepalive.interval)
        }
    }
}

extension ClientTLSSettings {
    func validate(_ context: ValidationContext) {
        if insecureSkipVerify == true {
            if mode == .simple, !caCertificates.isEmpty || !credentialName.isEmpty || !subjectAltNames.isEmpty {
                context.error(.invalidClientTLS, "cannot specify CaCertificates or CredentialName or SubjectAltNames when InsecureSkipVerify is set true")
            }
            if mode == .mutual, !caCertificates.isEmpty || !subjectAltNames.isEmpty {
                context.error(.invalidClientTLS, "cannot specify CaCertificates or SubjectAltNames when InsecureSkipVerify is set true")
            }
        }
        if !credentialName.isEmpty, mode == .simple || mode == .mutual {
            if !clientCertificate.isEmpty || !caCertificates.isEmpty || !privateKey.isEmpty || !caCrl.isEmpty {
                context.error(.invalidClientTLS, "cannot specify client certificates or CA certificate or CA CRL If credentialName is set")
            }
            validateCredentialName(context)
            return
        }
        guard mode == .mutual else { return }
        if clientCertificate.isEmpty { context.error(.invalidClientTLS, "client certificate required for mutual tls; write clientCertificate and privateKey, or credentialName") }
        if privateKey.isEmpty { context.error(.invalidClientTLS, "private key required for mutual tls; write clientCertificate and privateKey, or credentialName") }
    }

    /// `configmap://namespace/name` may only name the object's own namespace.
    private func validateCredentialName(_ context: ValidationContext) {
        let prefix = "configmap://"
        guard credentialName.hasPrefix(prefix) else { return }
        let rest = credentialName.dropFirst(prefix.count)
        let parts = rest.split(separator: "/", omittingEmptySubsequences: false)
        context.inside("credentialName") {
            if parts.count != 2 || parts.contains(where: \.isEmpty) {
                context.error(
                    .invalidClientTLS, "invalid configmap:// credentialName: invalid resource name \"\(rest)\". Expected namespace and name")
            } else if !context.namespace.isEmpty, parts[0] != context.namespace {
                context.error(
                    .invalidClientTLS, "invalid configmap:// credentialName: namespace must match the configuration namespace \"\(context.namespace)\"")
            }
        }
    }
}
