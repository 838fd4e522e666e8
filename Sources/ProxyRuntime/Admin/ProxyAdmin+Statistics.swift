internal import DataPlane
internal import DiscoveryClient
internal import EnvoyAPI
internal import Telemetry

/// A metric under Envoy's dotted name, as `/stats` shows it.
struct Statistic {
    var name: String
    var sample: MetricSample

    /// A metric of the data plane. Metrics of a cluster have Envoy's names.
    init(_ sample: MetricSample) {
        self.sample = sample
        if let cluster = sample.labels.first(where: { $0.name == "cluster" })?.value,
            let known = Self.clusterMetrics[sample.name]
        {
            name = "cluster.\(cluster).\(known)"
            return
        }
        let base = sample.name.hasPrefix("petrel_") ? "petrel." + sample.name.dropFirst("petrel_".count) : sample.name
        name = ([base] + sample.labels.map { "\($0.name)_\($0.value)" }).joined(separator: ".")
    }

    /// One of the proxy itself.
    init(_ name: String, _ help: String, _ value: MetricSample.Value) {
        self.name = name
        let prometheus = "envoy_" + name.map { $0 == "." ? "_" : String($0) }.joined()
        sample = MetricSample(name: prometheus, help: help, value: value)
    }

    /// Metrics with the meaning of one of Envoy's.
    static let clusterMetrics = [
        "petrel_cluster_requests_total": "upstream_rq_total",
        "petrel_cluster_connections_total": "upstream_cx_total",
    ]

    /// The same metric under Envoy's name for Prometheus, where it has one.
    var envoyAlias: MetricSample? {
        guard let known = Self.clusterMetrics[sample.name],
            let cluster = sample.labels.first(where: { $0.name == "cluster" })?.value
        else { return nil }
        return MetricSample(
            name: "envoy_cluster_\(known)", help: sample.help, labels: [("envoy_cluster_name", cluster)], value: sample.value)
    }
}

extension ProxyAdmin {
    func statistics(_ request: AdminRequest, format: String) -> AdminReply {
        var list = proxy.plane.metrics.samples().map(Statistic.init) + serverStatistics()
        if let filter = request.query["filter"] {
            guard let regex = try? Regex(filter) else { return .text("Invalid re2 regex\n", status: 400) }
            list = list.filter { $0.name.contains(regex) || $0.sample.name.contains(regex) }
        }
        if request.query["usedonly"] != nil { list = list.filter(\.sample.isUsed) }
        switch format {
        case "prometheus":
            var text = PrometheusText.text(of: list.map(\.sample) + list.compactMap(\.envoyAlias))
            if text.isEmpty { text = "\n" }
            return AdminReply(type: "text/plain; version=0.0.4; charset=utf-8", body: text)
        case "json": return .json(Self.json(list))
        case "text": return .text(Self.text(list))
        default: return .text("usage: /stats?format=(text|json|prometheus)\n", status: 400)
        }
    }

    private static func text(_ list: [Statistic]) -> String {
        list.sorted { $0.name < $1.name }.map { statistic in
            switch statistic.sample.value {
            case .counter(let count): "\(statistic.name): \(count)\n"
            case .gauge(let amount): "\(statistic.name): \(amount)\n"
            case .histogram(let buckets, let sum):
                "\(statistic.name): count=\(buckets.reduce(0, &+)) sum=\(Double(sum) / 1000)\n"
            }
        }.joined()
    }

    private static func json(_ list: [Statistic]) -> String {
        let entries = list.sorted { $0.name < $1.name }.map { statistic in
            let value: String =
                switch statistic.sample.value {
                case .counter(let count): "\(count)"
                case .gauge(let amount): "\(amount)"
                case .histogram(let buckets, _): "\(buckets.reduce(0, &+))"
                }
            return "{\"name\":\"\(escaped(statistic.name))\",\"value\":\(value)}"
        }
        return "{\"stats\":[\(entries.joined(separator: ","))]}"
    }

    private static func escaped(_ text: String) -> String {
        text.reduce(into: "") { result, character in
            switch character {
            case "\"", "\\": result += "\\\(character)"
            default: result.append(character)
            }
        }
    }

    /// What Istio's agent and others ask for by name.
    private func serverStatistics() -> [Statistic] {
        var list = [
            Statistic("server.live", "1 when the proxy serves and doesn't drain.", .gauge(state == .live ? 1 : 0)),
            Statistic("server.state", "0 live, 1 draining, 3 initializing.", .gauge(Int64(state.rawValue))),
            Statistic("server.uptime", "Seconds since the start.", .gauge(uptimeSeconds)),
            Statistic("server.concurrency", "Worker threads.", .gauge(Int64(proxy.plane.configuration.concurrency))),
            Statistic("server.memory_physical_size", "Bytes of physical memory.", .gauge(Int64(Self.residentBytes()))),
            Statistic("listener_manager.workers_started", "1 when the workers run.", .gauge(1)),
        ]
        let types = proxy.discovery?.holding.types ?? [:]
        let fixed = proxy.bootstrap.resources
        list.append(
            Statistic(
                "cluster_manager.active_clusters", "Clusters in force.",
                .gauge(Int64(fixed.clusters.count + (types[.cluster]?.active.count ?? 0)))))
        list.append(
            Statistic(
                "cluster_manager.warming_clusters", "Clusters that wait for endpoints or secrets.",
                .gauge(Int64(types[.cluster]?.warming.count ?? 0))))
        list.append(
            Statistic(
                "listener_manager.total_listeners_active", "Listeners in force.",
                .gauge(Int64(fixed.listeners.count + (types[.listener]?.active.count ?? 0)))))
        list.append(
            Statistic(
                "listener_manager.total_listeners_warming", "Listeners that wait for routes or secrets.",
                .gauge(Int64(types[.listener]?.warming.count ?? 0))))
        guard let holding = proxy.discovery?.holding else { return list }
        list.append(
            Statistic("control_plane.connected_state", "1 while a stream to the control plane is open.", .gauge(holding.isConnected ? 1 : 0)))
        for (type, prefix) in [(EnvoyTypeURL.cluster, "cluster_manager.cds"), (.listener, "listener_manager.lds")] {
            let updates = types[type]?.updates ?? (accepted: 0, refused: 0)
            list.append(Statistic("\(prefix).update_success", "Responses taken.", .counter(updates.accepted)))
            list.append(Statistic("\(prefix).update_rejected", "Responses refused, also in part.", .counter(updates.refused)))
        }
        return list
    }
}
