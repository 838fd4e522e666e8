internal import Telemetry
internal import TrafficModel

/// The metrics of one worker, and where they are in its shard.
struct WorkerMetrics: Sendable {
    let shard: MetricShard
    let downstreamConnections: Counter
    let downstreamActive: Gauge
    let captured: Counter
    let requests: Counter
    let requestsActive: Gauge
    let upstreamConnections: Counter
    let upstreamReused: Counter
    let upstreamRetries: Counter
    let dnsQueries: Counter
    let dnsLocal: Counter
    let dnsForwarded: Counter
    let dnsCached: Counter
    let dnsFailures: Counter
    let duration: Histogram
    let bytesReceived: Counter
    let bytesSent: Counter
    private let statusClasses: (Counter, Counter, Counter, Counter, Counter)
    private let reasons: [Counter]

    /// The metrics of one cluster.
    static let clusterLayout: (layout: MetricLayout, requests: Counter, failures: Counter, connections: Counter) = {
        var layout = MetricLayout()
        let requests = layout.counter("petrel_cluster_requests_total", "Requests sent to the cluster.")
        let failures = layout.counter("petrel_cluster_failures_total", "Attempts that failed before an answer.")
        let connections = layout.counter("petrel_cluster_connections_total", "Connections opened to the cluster.")
        return (layout, requests, failures, connections)
    }()

    init(_ registry: MetricRegistry) {
        var layout = MetricLayout()
        downstreamConnections = layout.counter("petrel_downstream_connections_total", "Connections accepted.")
        downstreamActive = layout.gauge("petrel_downstream_connections_active", "Client connections open now.")
        captured = layout.counter("petrel_captured_connections_total", "Redirected connections accepted.")
        requests = layout.counter("petrel_requests_total", "Requests that ended, with an answer or without.")
        requestsActive = layout.gauge("petrel_requests_active", "Requests under way now.")
        upstreamConnections = layout.counter("petrel_upstream_connections_total", "Connections opened to upstreams.")
        upstreamReused = layout.counter("petrel_upstream_reused_total", "Requests sent on a waiting connection.")
        upstreamRetries = layout.counter("petrel_upstream_retries_total", "Requests tried again.")
        dnsQueries = layout.counter("petrel_dns_queries_total", "DNS questions received.")
        dnsLocal = layout.counter("petrel_dns_local_answers_total", "DNS questions answered from the name table.")
        dnsForwarded = layout.counter("petrel_dns_forwarded_total", "DNS questions sent on.")
        dnsCached = layout.counter("petrel_dns_cached_answers_total", "DNS questions answered from the cache.")
        dnsFailures = layout.counter("petrel_dns_failures_total", "DNS questions that no resolver answered.")
        duration = layout.histogram("petrel_request_duration_milliseconds", "Time from a request's head to its end.")
        bytesReceived = layout.counter("petrel_request_bytes_total", "Body bytes received from clients.")
        bytesSent = layout.counter("petrel_response_bytes_total", "Body bytes sent to clients.")
        statusClasses = (
            layout.counter("petrel_responses_total", "Responses by class.", labels: [("class", "1xx")]),
            layout.counter("petrel_responses_total", "Responses by class.", labels: [("class", "2xx")]),
            layout.counter("petrel_responses_total", "Responses by class.", labels: [("class", "3xx")]),
            layout.counter("petrel_responses_total", "Responses by class.", labels: [("class", "4xx")]),
            layout.counter("petrel_responses_total", "Responses by class.", labels: [("class", "5xx")])
        )
        var reasons: [Counter] = []
        for reason in Reason.allCases {
            reasons.append(
                layout.counter(
                    "petrel_refusals_total", "Requests and connections refused or failed, by reason.",
                    labels: [("reason", reason.code.description), ("flag", reason.responseFlag.description)]))
        }
        self.reasons = reasons
        shard = registry.shard(of: layout)
    }

    @inline(__always)
    func count(_ reason: Reason) {
        if reason != .none { shard.add(reasons[Int(reason.rawValue)]) }
    }

    @inline(__always)
    func count(status: UInt16) {
        switch status / 100 {
        case 2: shard.add(statusClasses.1)
        case 3: shard.add(statusClasses.2)
        case 4: shard.add(statusClasses.3)
        case 5: shard.add(statusClasses.4)
        case 1: shard.add(statusClasses.0)
        default: return
        }
    }
}
