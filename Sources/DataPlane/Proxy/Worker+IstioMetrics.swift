internal import Telemetry
internal import TrafficModel

extension Worker {
    /// Counts a request that ended in Istio's metrics.
    mutating func recordSeries(_ exchange: ExchangePointer, microseconds: UInt64) {
        guard let source = settings.metricSource else { return }
        let isInbound = self.isInbound(exchange)
        let key = UInt32(exchange.pointee.status) << 9 | UInt32(exchange.pointee.reason.rawValue) << 1 | (isInbound ? 1 : 0)
        let received = exchange.pointee.bytesReceived
        let sent = exchange.pointee.bytesSent
        if let cluster = exchange.pointee.cluster {
            let place = cluster.pointee.series.requests.firstIndex { $0.key == key }
            if let place {
                cluster.pointee.series.requests[place].record(microseconds: microseconds, received: received, sent: sent)
                return
            }
            let made = makeSeries(source, exchange, key, isInbound, cluster.pointee.plan.service)
            cluster.pointee.series.requests.append(made)
            made.record(microseconds: microseconds, received: received, sent: sent)
        } else {
            if let place = unroutedSeries.requests.firstIndex(where: { $0.key == key }) {
                unroutedSeries.requests[place].record(microseconds: microseconds, received: received, sent: sent)
                return
            }
            let made = makeSeries(source, exchange, key, isInbound, nil)
            unroutedSeries.requests.append(made)
            made.record(microseconds: microseconds, received: received, sent: sent)
        }
    }

    private func isInbound(_ exchange: ExchangePointer) -> Bool {
        guard let snapshot = exchange.pointee.snapshot, let decision = exchange.pointee.decision, decision.listener >= 0
        else { return false }
        return snapshot.pointee.tables.listeners[Int(decision.listener)].direction == .inbound
    }

    private func makeSeries(
        _ source: MetricSource, _ exchange: ExchangePointer, _ key: UInt32, _ isInbound: Bool, _ service: ServiceLabels?
    ) -> RequestSeries {
        var labels = source.labels(isInbound: isInbound, service: service)
        labels += [
            ("request_protocol", "http"), ("response_code", String(exchange.pointee.status)), ("grpc_response_status", ""),
            ("response_flags", exchange.pointee.reason.responseFlag.description),
            ("connection_security_policy", isInbound ? "none" : "unknown"),
        ]
        return RequestSeries(settings.registry, key: key, labels: labels)
    }

    /// Counts a TCP connection that ended in Istio's metrics.
    ///
    /// - Parameters:
    ///   - received: Bytes of the client.
    ///   - sent: Bytes of the upstream.
    mutating func recordSeries(
        _ downstream: ConnectionPointer, _ cluster: ClusterPointer?, _ reason: Reason, received: UInt64, sent: UInt64
    ) {
        guard let source = settings.metricSource else { return }
        var isInbound = false
        if let workload = downstream.pointee.workload, downstream.pointee.listenerIndex >= 0,
            downstream.pointee.serial == workload.pointee.snapshot.pointee.serial
        {
            let tables = workload.pointee.snapshot.pointee.tables
            isInbound = tables.listeners[Int(downstream.pointee.listenerIndex)].direction == .inbound
        }
        let key = UInt32(reason.rawValue) << 1 | (isInbound ? 1 : 0)
        func make(_ service: ServiceLabels?) -> ConnectionSeries {
            let labels = source.labels(isInbound: isInbound, service: service)
                + [
                    ("request_protocol", "tcp"), ("response_flags", reason.responseFlag.description),
                    ("connection_security_policy", isInbound ? "none" : "unknown"),
                ]
            return ConnectionSeries(settings.registry, key: key, labels: labels)
        }
        if let cluster {
            if let known = cluster.pointee.series.connections.first(where: { $0.key == key }) {
                return known.record(received: received, sent: sent)
            }
            let made = make(cluster.pointee.plan.service)
            cluster.pointee.series.connections.append(made)
            made.record(received: received, sent: sent)
        } else {
            if let known = unroutedSeries.connections.first(where: { $0.key == key }) {
                return known.record(received: received, sent: sent)
            }
            let made = make(nil)
            unroutedSeries.connections.append(made)
            made.record(received: received, sent: sent)
        }
    }
}
