internal import EnvoyAPI
internal import MeshAPI
internal import ServiceRegistry
internal import SwiftProtobuf

/// Spreads load over localities as `localityLbSetting` asks: fixed shares
/// (`distribute`), or priorities by nearness (`failover`), which need outlier
/// detection to ever fail over.
struct LocalityBalancing {
    let setting: LocalityLoadBalancerSetting
    let proxy: ProxyIdentity
    let hasOutlierDetection: Bool

    private var own: Envoy_Config_Core_V3_Locality { EndpointGroups.locality(proxy.locality) }

    func apply(to groups: inout [EnvoyLocalityEndpoints], members: [String: [ServiceEndpoint]]) {
        guard setting.enabled ?? true else { return }
        if !setting.distribute.isEmpty {
            distribute(&groups)
        } else if hasOutlierDetection {
            if setting.failoverPriority.isEmpty {
                if !proxy.locality.isEmpty { failOver(&groups) }
            } else {
                prioritize(&groups, members)
            }
        }
    }

    private func distribute(_ groups: inout [EnvoyLocalityEndpoints]) {
        guard let rule = setting.distribute.first(where: { Self.matches(own, $0.from) }) else { return }
        var unmatched = Set(groups.indices)
        for (pattern, share) in rule.to.sorted(by: { $0.key < $1.key }) {
            let matched = groups.indices.filter { unmatched.contains($0) && Self.matches(groups[$0].locality, pattern) }
            unmatched.subtract(matched)
            let total = matched.reduce(0) { $0 + Double(groups[$1].loadBalancingWeight.value) }
            for index in matched where total > 0 {
                let weight = Double(groups[index].loadBalancingWeight.value) * Double(share) / total
                groups[index].loadBalancingWeight = .init(UInt32(min(weight.rounded(.up), 4_294_967_295)))
            }
        }
        for index in unmatched { groups[index].lbEndpoints = [] }
    }

    private func failOver(_ groups: inout [EnvoyLocalityEndpoints]) {
        let target = setting.failover.first { $0.from == own.region }?.to
        for index in groups.indices {
            var distance = Self.distance(own, groups[index].locality)
            if distance == 3, let target, groups[index].locality.region != target { distance = 4 }
            groups[index].priority = distance
        }
        closeGaps(&groups)
    }

    /// Splits groups by how many of the leading labels agree.
    private func prioritize(_ groups: inout [EnvoyLocalityEndpoints], _ members: [String: [ServiceEndpoint]]) {
        var split: [EnvoyLocalityEndpoints] = []
        for group in groups {
            let parts = [group.locality.region, group.locality.zone, group.locality.subZone]
            let key = parts.prefix { !$0.isEmpty }.joined(separator: "/")
            let endpoints = members[key] ?? []
            var byPriority: [UInt32: [Int]] = [:]
            for (position, endpoint) in endpoints.enumerated() {
                byPriority[missing(endpoint), default: []].append(position)
            }
            for (priority, positions) in byPriority.sorted(by: { $0.key < $1.key }) {
                var part = group
                part.lbEndpoints = positions.map { group.lbEndpoints[$0] }
                part.loadBalancingWeight = .init(positions.reduce(0) { $0 &+ endpoints[$1].weight })
                part.priority = priority
                split.append(part)
            }
        }
        groups = split
        closeGaps(&groups)
    }

    private func missing(_ endpoint: ServiceEndpoint) -> UInt32 {
        let agreeing = setting.failoverPriority.prefix { label in
            let parts = label.split(separator: "=", maxSplits: 1).map(String.init)
            let wanted = parts.count == 2 ? parts[1] : proxy.labels[parts[0]] ?? ""
            return (endpoint.labels[parts[0]] ?? "") == wanted
        }
        return UInt32(setting.failoverPriority.count - agreeing.count)
    }

    /// Envoy wants priorities from 0 without gaps.
    private func closeGaps(_ groups: inout [EnvoyLocalityEndpoints]) {
        let used = Set(groups.map(\.priority)).sorted()
        for index in groups.indices {
            groups[index].priority = UInt32(used.firstIndex(of: groups[index].priority) ?? 0)
        }
    }

    private static func distance(
        _ left: Envoy_Config_Core_V3_Locality, _ right: Envoy_Config_Core_V3_Locality
    ) -> UInt32 {
        guard left.region == right.region else { return 3 }
        guard left.zone == right.zone else { return 2 }
        return left.subZone == right.subZone ? 0 : 1
    }

    /// `region/zone/subzone` with `*` for the rest.
    static func matches(_ locality: Envoy_Config_Core_V3_Locality, _ pattern: String) -> Bool {
        let parts = pattern.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        let own = [locality.region, locality.zone, locality.subZone]
        for (part, value) in zip(parts, own) {
            if part == "*" { return true }
            if part != value { return false }
        }
        return true
    }
}
