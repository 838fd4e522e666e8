extension TrafficPolicy: ValidatedMessage {
    func validate(_ metadata: ObjectMeta, _ context: ValidationContext) {
        context.each("destinationPorts", destinationPorts) { _, port in context.checkPort(port) }
        context.each("httpRequestMatchers", httpRequestMatchers) { _, matcher in matcher.validate(context) }
        guard let policy else {
            context.warn(.invalidMeshPolicy, "the TrafficPolicy has no policy and therefore no effect")
            return
        }
        context.inside("policy") {
            policy.validate(context)
            if !sourceSelector.isEmpty, policy.outlierDetection != nil || policy.mtls != nil || policy.connectionPoolSettings != nil {
                context.warn(
                    .invalidMeshPolicy,
                    "outlierDetection, mtls and connectionPoolSettings hold for all sources: the sourceSelector doesn't restrict them")
            }
        }
    }
}

extension TrafficPolicy.HTTPMatcher {
    func validate(_ context: ValidationContext) {
        if let regex = uri?.regex { context.inside("uri") { context.inside("regex") { context.checkRegex(regex, "uri") } } }
        context.each("headers", headers) { _, header in
            context.inside("name") { context.error(.invalidHeader, HeaderText.nameProblem(header.name)) }
            if header.regex { context.inside("value") { context.checkRegex(header.value, "headers") } }
        }
        context.each("queryParameters", queryParameters) { _, parameter in
            if parameter.regex { context.inside("value") { context.checkRegex(parameter.value, "queryParameters") } }
        }
    }
}

extension TrafficPolicy.Policy {
    func validate(_ context: ValidationContext) {
        context.checkDuration("requestTimeout", requestTimeout)
        if let shift = trafficShift { context.inside("trafficShift") { validate(shift, context) } }
        if let retries {
            context.inside("retries") {
                if retries.attempts < 0 { context.inside("attempts") { context.error(.invalidRetry, "attempts cannot be negative") } }
                context.checkDuration("perTryTimeout", retries.perTryTimeout)
            }
        }
        if let fault = faultInjection {
            context.inside("faultInjection") {
                if fault.fixedDelay == nil, fault.abort == nil { context.error(.invalidFault, "write fixedDelay or abort") }
                context.checkDuration("fixedDelay", fault.fixedDelay)
                if let status = fault.abort?.httpStatus, !(200...599).contains(status) {
                    context.inside("abort") { context.error(.invalidStatus, "HTTP status \(status) is not in range 200-599") }
                }
                context.checkPercentage("percentage", fault.percentage)
            }
        }
        if let mirror {
            context.inside("mirror") {
                if mirror.kubeService == nil { context.error(.invalidMirror, "destination is required for mirrors; write kubeService") }
                context.checkPercentage("percentage", mirror.percentage)
            }
        }
        if let cors = corsPolicy {
            context.inside("corsPolicy") {
                context.each("allowOrigins", cors.allowOrigins) { _, origin in
                    if origin.suffix != nil { context.error(.invalidCors, "suffix is not supported for origins; write a regex that ends with the suffix") }
                    if let regex = origin.regex { context.checkRegex(regex, "corsPolicy.allowOrigins") }
                }
                context.checkDuration("maxAge", cors.maxAge)
            }
        }
        if let detection = outlierDetection {
            context.inside("outlierDetection") {
                context.checkDuration("interval", detection.interval)
                context.checkDuration("baseEjectionTime", detection.baseEjectionTime)
                if detection.maxEjectionPercent > 100 {
                    context.inside("maxEjectionPercent") {
                        context.error(.invalidOutlierDetection, "percentage \(detection.maxEjectionPercent) is not in range 0..100")
                    }
                }
            }
        }
        if let pool = connectionPoolSettings { context.inside("connectionPoolSettings") { pool.validate(context) } }
        if let headers = headerManipulation { context.inside("headerManipulation") { validate(headers, context) } }
    }

    private func validate(_ shift: TrafficPolicy.MultiDestination, _ context: ValidationContext) {
        if shift.destinations.isEmpty { context.error(.invalidDestination, "at least one destination is required") }
        let total = shift.destinations.reduce(0) { $0 + UInt64($1.weight) }
        if shift.destinations.count > 1, total != 100 { context.error(.invalidWeight, "the weights must add up to 100, found \(total)") }
        context.each("destinations", shift.destinations) { _, destination in
            if destination.kubeService == nil, destination.virtualDestination == nil, destination.staticDestination == nil,
                destination.clusterHeader == nil
            {
                context.error(.invalidDestination, "destination is required; write kubeService, virtualDestination or staticDestination")
            }
        }
    }

    private func validate(_ headers: TrafficPolicy.HeaderManipulation, _ context: ValidationContext) {
        for (field, values, isRequest) in [
            ("appendRequestHeaders", headers.appendRequestHeaders, true), ("appendResponseHeaders", headers.appendResponseHeaders, false),
        ] {
            context.each(field, values) { name, value in
                context.error(.invalidHeader, HeaderText.changeProblem(name, allowsAuthority: isRequest))
                context.error(.invalidHeader, HeaderText.valueProblem(value))
            }
        }
        for (field, names) in [("removeRequestHeaders", headers.removeRequestHeaders), ("removeResponseHeaders", headers.removeResponseHeaders)] {
            context.each(field, names) { _, name in
                context.error(.invalidHeader, HeaderText.changeProblem(name, allowsAuthority: false))
            }
        }
    }
}

extension ValidationContext {
    fileprivate func checkPercentage(_ field: String, _ percentage: Double?) {
        guard let percentage, !(0...100).contains(percentage) else { return }
        inside(field) { error(.outOfRange, "percentage \(percentage.jsonText) is not in range 0..100") }
    }
}
