internal import Telemetry
internal import TrafficModel

/// Istio's standard metrics of one combination of labels, as one worker counts
/// them.
struct RequestSeries: Sendable {
    /// Status, reason and direction in one number.
    let key: UInt32
    let shard: MetricShard

    private struct Places: Sendable {
        let layout: MetricLayout
        let requests: Counter
        let duration: Histogram
        let requestBytes: Histogram
        let responseBytes: Histogram

        init() {
            var layout = MetricLayout()
            requests = layout.counter("istio_requests_total", "Requests, by source, destination and result.")
            duration = layout.histogram("istio_request_duration_milliseconds", "Time from a request's head to its end.")
            requestBytes = layout.histogram("istio_request_bytes", "Body bytes of requests.")
            responseBytes = layout.histogram("istio_response_bytes", "Body bytes of responses.")
            self.layout = layout
        }
    }

    private static let places = Places()

    init(_ registry: MetricRegistry, key: UInt32, labels: [(String, String)]) {
        self.key = key
        shard = registry.shard(of: Self.places.layout, labels: labels)
    }

    func record(microseconds: UInt64, received: UInt64, sent: UInt64) {
        shard.add(Self.places.requests)
        shard.record(Self.places.duration, microseconds: microseconds)
        // Buckets have the same bounds for bytes as for milliseconds.
        shard.record(Self.places.requestBytes, microseconds: received &* 1000)
        shard.record(Self.places.responseBytes, microseconds: sent &* 1000)
    }
}

/// Istio's metrics of TCP connections to one destination.
struct ConnectionSeries: Sendable {
    let key: UInt32
    let shard: MetricShard

    private struct Places: Sendable {
        let layout: MetricLayout
        let opened: Counter
        let closed: Counter
        let sent: Counter
        let received: Counter

        init() {
            var layout = MetricLayout()
            opened = layout.counter("istio_tcp_connections_opened_total", "TCP connections opened.")
            closed = layout.counter("istio_tcp_connections_closed_total", "TCP connections closed.")
            sent = layout.counter("istio_tcp_sent_bytes_total", "Bytes sent as answers of TCP connections.")
            received = layout.counter("istio_tcp_received_bytes_total", "Bytes received as requests of TCP connections.")
            self.layout = layout
        }
    }

    private static let places = Places()

    init(_ registry: MetricRegistry, key: UInt32, labels: [(String, String)]) {
        self.key = key
        shard = registry.shard(of: Self.places.layout, labels: labels)
    }

    /// Counts a connection at its end.
    func record(received: UInt64, sent: UInt64) {
        shard.add(Self.places.opened)
        shard.add(Self.places.closed)
        shard.add(Self.places.received, received)
        shard.add(Self.places.sent, sent)
    }
}

/// Where a worker finds its series: those of one cluster, or of none.
struct SeriesTable {
    var requests: [RequestSeries] = []
    var connections: [ConnectionSeries] = []

    /// Gives everything back; what was counted stays in the registry.
    func retire(_ registry: MetricRegistry) {
        for series in requests { registry.retire(series.shard) }
        for series in connections { registry.retire(series.shard) }
    }
}

/// Who the proxy is in Istio's metrics.
public struct MetricSource: Sendable, Hashable {
    /// `source_workload`, or `destination_workload` where traffic comes in.
    public var workload = "unknown"
    /// `source_workload_namespace`.
    public var namespace = "unknown"
    /// `source_app`.
    public var app = "unknown"
    /// `source_version`.
    public var version = "unknown"
    /// `source_canonical_service`.
    public var canonicalService = "unknown"
    /// `source_canonical_revision`.
    public var canonicalRevision = "latest"
    /// `source_cluster`.
    public var cluster = "unknown"
    /// `source_principal`.
    public var principal = "unknown"

    /// A source of which nothing is known.
    public init() {}

    private static let unknown: MetricSource = {
        var unknown = MetricSource()
        unknown.canonicalRevision = "unknown"
        return unknown
    }()

    /// The labels of one series, in Istio's order.
    func labels(isInbound: Bool, service: ServiceLabels?) -> [(String, String)] {
        let source = isInbound ? Self.unknown : self
        let destination = isInbound ? self : Self.unknown
        func known(_ text: FlatText?) -> String {
            guard let text, !text.isEmpty else { return "unknown" }
            return text.string
        }
        return [
            ("reporter", isInbound ? "destination" : "source"),
            ("source_workload", source.workload), ("source_canonical_service", source.canonicalService),
            ("source_canonical_revision", source.canonicalRevision), ("source_workload_namespace", source.namespace),
            ("source_principal", source.principal), ("source_app", source.app), ("source_version", source.version),
            ("source_cluster", source.cluster), ("destination_workload", destination.workload),
            ("destination_workload_namespace", destination.namespace), ("destination_principal", destination.principal),
            ("destination_app", destination.app), ("destination_version", destination.version),
            ("destination_service", known(service?.host)),
            ("destination_canonical_service", destination.canonicalService),
            ("destination_canonical_revision", destination.canonicalRevision),
            ("destination_service_name", known(service?.name)),
            ("destination_service_namespace", known(service?.namespace)), ("destination_cluster", destination.cluster),
        ]
    }
}
