extension Telemetry: ValidatedMessage {
    func validate(_ metadata: ObjectMeta, _ context: ValidationContext) {
        context.checkTargets(selector, targetRef, targetRefs)
        if tracing.count > 1 {
            context.inside("tracing") { context.warn(.invalidTelemetry, "multiple tracing is not currently supported; only the first counts") }
        }
        context.each("tracing", tracing) { _, tracing in
            if tracing.providers.count > 1 {
                context.inside("providers") { context.warn(.invalidTelemetry, "multiple providers is not currently supported; only the first counts") }
            }
            if let percentage = tracing.randomSamplingPercentage, !(0...100).contains(percentage) {
                context.inside("randomSamplingPercentage") {
                    context.error(.invalidTelemetry, "randomSamplingPercentage must be in range [0.0, 100.0]")
                }
            }
            context.each("customTags", tracing.customTags) { name, tag in
                if name.isEmpty { context.error(.invalidTelemetry, "tag name may not be empty") }
                if tag == CustomTag() { context.warn(.invalidTelemetry, "the tag has no value; write literal, environment, header or formatter") }
            }
        }
        context.each("metrics", metrics) { _, metrics in
            context.each("overrides", metrics.overrides) { _, override in
                context.each("tagOverrides", override.tagOverrides) { _, tag in
                    switch (tag.operation, tag.value.isEmpty) {
                    case (.upsert, true): context.error(.invalidTelemetry, "tagOverrides.value must be set when operation is UPSERT")
                    case (.remove, false): context.error(.invalidTelemetry, "tagOverrides.value may only be set when operation is UPSERT")
                    default: break
                    }
                }
            }
            context.checkShortest("reportingInterval", metrics.reportingInterval)
        }
    }
}

extension ProxyConfig: ValidatedMessage {
    func validate(_ metadata: ObjectMeta, _ context: ValidationContext) {
        context.checkSelector("selector", selector)
        if concurrency ?? 0 < 0 {
            context.inside("concurrency") { context.error(.outOfRange, "concurrency must be greater than or equal to 0") }
        }
    }
}
