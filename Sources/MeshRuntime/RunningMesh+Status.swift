internal import LocalControl
internal import MeshAPI
internal import MeshCompilation
internal import ServiceRegistry

extension RunningMesh {
    /// A mesh in a few words.
    public struct Summary: Sendable {
        public var objects: Int
        public var services: Int
        /// `ALLOW_ANY` or `REGISTRY_ONLY`.
        public var outboundPolicy: String
        /// Which proxy carries the traffic.
        public var dataPlane: String
        /// Address of the xDS server.
        public var xds: String?
        /// Gateways on this machine, each with where it listens.
        public var gateways: [String]
        /// Hosts that apps can reach, with their ports.
        public var hosts: [String]
        /// A URL to try.
        public var exampleURL: String?
    }

    /// What is up.
    public func summary() -> Summary {
        let services = compiled.snapshot.services.sorted { $0.hostname < $1.hostname }
        let hosts = services.map { service in
            "\(service.hostname) (\(service.ports.map { "\($0.number)/\($0.portProtocol)" }.joined(separator: " ")))"
        }
        let example = compiled.declared.lazy.compactMap { object -> String? in
            guard case .virtualService(let service) = object.spec else { return nil }
            return service.hosts.first { !$0.contains("*") }
        }.first ?? services.first { $0.ports.contains { $0.number == 80 } && !$0.hostname.contains("*") }?.hostname
        return Summary(
            objects: compiled.declaredCount, services: services.count,
            outboundPolicy: source.meshConfig.outboundTrafficPolicy.mode.rawValue,
            dataPlane: dataPlaneName, xds: "127.0.0.1:\(discovery.port)", gateways: gatewayLines(), hosts: hosts,
            exampleURL: example.map { "http://\($0)/" })
    }

    private var dataPlaneName: String {
        switch options.dataPlane {
        case .petrel: "petrel, in this process"
        case .envoy: "Envoy, one process for each identity"
        case .none: "none; point proxies at the xDS server"
        }
    }

    /// A page for people: what is in force, who is attached, what was refused.
    public func status() -> String {
        let summary = self.summary()
        var lines = [
            "revision     \(revision): \(summary.objects) objects, \(summary.services) services, outbound \(summary.outboundPolicy)",
            "data plane   \(summary.dataPlane)",
            "xDS          \(summary.xds ?? "off")",
        ]
        lines += summary.gateways.map { "gateway      \($0)" }
        let counts = Dictionary(grouping: attachments.values, by: \.identity.text).mapValues(\.count)
        lines.append("programs     \(counts.isEmpty ? "none" : "")")
        for (identity, count) in counts.sorted(by: { $0.key < $1.key }) { lines.append("  \(identity): \(count)") }
        lines += discovery.status()
        if let refusal = lastRefusal {
            lines.append("refused      \(refusal.files.joined(separator: ", ")); what was in force before stays in force")
            lines += refusal.violations.map { "  \($0)" }
        }
        lines.append("services")
        lines += summary.hosts.map { "  \($0)" }
        return lines.joined(separator: "\n")
    }

    /// Counters of the Envoys whose names contain a text; nil when none runs.
    public func envoyStatistics(matching filter: String) async -> [(name: String, value: UInt64)]? {
        var all: [(name: String, value: UInt64)]?
        for proxy in Array(sidecars.values) as [any LocalProxy] + Array(gateways.values) {
            guard let found = await proxy.envoyStatistics(matching: filter) else { continue }
            all = (all ?? []) + found
        }
        return all
    }
}
