extension LoadBalancerSettings {
    func validate(hasOutlierDetection: Bool, _ context: ValidationContext) {
        if let consistentHash { context.inside("consistentHash") { consistentHash.validate(context) } }
        if localityLbSetting != nil, zoneAwareLbSetting != nil {
            context.error(.invalidLocality, "only one of localityLbSetting and zoneAwareLbSetting can be set")
        }
        if let setting = localityLbSetting {
            context.inside("localityLbSetting") {
                if !setting.distribute.isEmpty, !setting.failover.isEmpty {
                    context.error(.invalidLocality, "can not simultaneously specify 'distribute' and 'failover'")
                } else {
                    Locality.validate(setting.distribute, context)
                    Locality.validate(setting.failover, setting.failoverPriority, hasOutlierDetection: hasOutlierDetection, context)
                }
            }
        }
        if let setting = zoneAwareLbSetting {
            context.inside("zoneAwareLbSetting") {
                Locality.validate(setting.failover, setting.failoverPriority, hasOutlierDetection: hasOutlierDetection, context)
            }
        }
        context.checkDuration("warmupDurationSecs", warmupDurationSecs)
        if let warmup { context.inside("warmup") { warmup.validate(context) } }
    }
}

extension LoadBalancerSettings.WarmupConfiguration {
    func validate(_ context: ValidationContext) {
        if duration == nil { context.error(.missingField, "duration is required") }
        context.checkDuration("duration", duration)
        if minimumPercent ?? 0 > 100 {
            context.inside("minimumPercent") { context.error(.outOfRange, "minimumPercent value should be less than or equal to 100") }
        }
        if let aggression, aggression <= 0 {
            context.inside("aggression") { context.error(.outOfRange, "aggression should be greater than 0") }
        }
    }
}

extension LoadBalancerSettings.ConsistentHashLB {
    func validate(_ context: ValidationContext) {
        if let httpCookie { context.inside("httpCookie") { httpCookie.validate(context) } }
        if minimumRingSize != 0 {
            context.inside("minimumRingSize") {
                context.warn(
                    .deprecatedField, "consistent hash MinimumRingSize is deprecated, use ConsistentHashLB's RingHash configuration instead")
                if ringHash != nil || maglev != nil {
                    context.error(.invalidLoadBalancer, "only one of MinimumRingSize or Maglev/Ringhash can be specified")
                }
            }
        }
        guard let size = maglev?.tableSize else { return }
        context.inside("maglev") {
            if size == 0 { context.error(.invalidLoadBalancer, "tableSize must be set for maglev; 65537 is a good size") }
            if size >= 5_000_011 { context.error(.invalidLoadBalancer, "tableSize must be less than 5000011 for maglev") }
            if size < 5_000_011, !Self.isPrime(size) { context.error(.invalidLoadBalancer, "tableSize must be a prime number for maglev, such as 65537") }
        }
    }

    private static func isPrime(_ number: UInt64) -> Bool {
        if number < 4 { return number != 0 }
        if number % 2 == 0 { return false }
        var factor: UInt64 = 3
        while factor * factor <= number {
            if number % factor == 0 { return false }
            factor += 2
        }
        return true
    }
}

extension LoadBalancerSettings.HTTPCookie {
    func validate(_ context: ValidationContext) {
        if name.isEmpty { context.error(.invalidLoadBalancer, "name required for HttpCookie") }
        var names: Set<String> = []
        context.each("attributes", attributes) { _, attribute in
            if attribute.name.isEmpty {
                context.error(.invalidLoadBalancer, "cookie attribute name cannot be empty")
            } else if !names.insert(attribute.name).inserted {
                context.error(.invalidLoadBalancer, "duplicate cookie attribute name: \(attribute.name)")
            }
        }
    }
}

/// The rules of places: `region/zone/subzone`.
private enum Locality {
    static func validate(_ rules: [LocalityLoadBalancerSetting.Distribute], _ context: ValidationContext) {
        var sources = Tree()
        context.each("distribute", rules) { _, rule in
            context.inside("from") { context.error(.invalidLocality, sources.insert(rule.from)) }
            var total: UInt32 = 0
            var destinations = Tree()
            context.each("to", rule.to) { place, weight in
                if !(1...100).contains(weight) { context.error(.invalidLocality, "locality weight must be in range [1, 100]") }
                total += min(weight, 1000)
                context.error(.invalidLocality, destinations.insert(place))
            }
            if total != 100 { context.inside("to") { context.error(.invalidLocality, "total locality weight \(total) != 100") } }
        }
    }

    static func validate(
        _ rules: [LocalityLoadBalancerSetting.Failover], _ priority: [String], hasOutlierDetection: Bool, _ context: ValidationContext
    ) {
        if !rules.isEmpty {
            let topology = ["topology.kubernetes.io/region", "topology.kubernetes.io/zone", "topology.istio.io/subzone"]
            context.each("failoverPriority", priority) { _, label in
                guard topology.contains(label) else { return }
                context.error(.invalidLocality, "can not simultaneously set 'failover' and topology label '\(label)' in 'failover_priority'")
            }
        }
        if !rules.isEmpty || !priority.isEmpty, !hasOutlierDetection {
            context.warn(.invalidLocality, "outlier detection policy must be provided for failover; without it nothing ever fails over")
        }
        context.each("failover", rules) { _, rule in
            if rule.from == rule.to { context.error(.invalidLocality, "locality lb failover settings must specify different regions") }
            if rule.from.contains("/") || rule.to.contains("/") { context.error(.invalidLocality, "locality lb failover only specify region") }
            if rule.from.contains("*") || rule.to.contains("*") {
                context.error(.invalidLocality, "locality lb failover region should not contain '*' wildcard")
            }
        }
    }

    /// The places that have been named so far.
    private struct Tree {
        private var places: [[Substring]] = []

        /// Adds a place, or says what is wrong with it.
        mutating func insert(_ place: String) -> String? {
            let stars = place.count { $0 == "*" }
            if stars > 1 || (stars == 1 && !place.hasSuffix("*")) {
                return "locality \(place) wildcard '*' number can not exceed 1 and must be in the end"
            }
            var parts = place.split(separator: "/", maxSplits: 2, omittingEmptySubsequences: false)
            if parts.contains(where: \.isEmpty) { return "locality \(place) must not contain empty region/zone/subzone info" }
            if parts.last == "*" { parts.removeLast() }
            defer { places.append(parts) }
            let isTaken = places.contains { other in
                let common = min(parts.count, other.count)
                return parts.prefix(common).elementsEqual(other.prefix(common))
            }
            return isTaken ? "locality \(place) overlap with previous specified ones" : nil
        }
    }
}
