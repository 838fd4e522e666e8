internal import EnvoyAPI
internal import SwiftProtobuf

/// `HealthCheck` to ``HealthCheckPlan``.
struct HealthCheckCompiler {
    typealias Message = Envoy_Config_Core_V3_HealthCheck

    let arena: Arena

    func compile(_ messages: [Message], cluster: String) throws(CompileError) -> FlatArray<HealthCheckPlan> {
        guard let first = messages.first else { return FlatArray() }
        guard messages.count == 1 else { throw CompileError("health_checks", "multiple health checks not supported") }
        return try within("health_checks[0]") { () throws(CompileError) in
            arena.single(try compile(first, cluster))
        }
    }

    private func compile(_ message: Message, _ cluster: String) throws(CompileError) -> HealthCheckPlan {
        if message.hasTlsOptions { throw .unsupported("tls_options") }
        if message.hasTransportSocketMatchCriteria { throw .unsupported("transport_socket_match_criteria") }
        if message.hasAltPort { throw .unsupported("alt_port") }
        var plan = HealthCheckPlan()
        plan.intervalMilliseconds = message.interval.milliseconds
        plan.timeoutMilliseconds = message.timeout.milliseconds
        plan.unhealthyThreshold = message.unhealthyThreshold.value
        plan.healthyThreshold = message.healthyThreshold.value
        plan.initialJitterMilliseconds = message.initialJitter.milliseconds
        plan.intervalJitterMilliseconds = message.intervalJitter.milliseconds
        plan.intervalJitterPercent = min(message.intervalJitterPercent, 10_000)
        if message.hasNoTrafficInterval { plan.idleIntervalMilliseconds = message.noTrafficInterval.milliseconds }
        if message.hasNoTrafficHealthyInterval {
            plan.idleHealthyIntervalMilliseconds = message.noTrafficHealthyInterval.milliseconds
        }
        if message.hasUnhealthyInterval { plan.unhealthyIntervalMilliseconds = message.unhealthyInterval.milliseconds }
        if message.hasUnhealthyEdgeInterval {
            plan.unhealthyEdgeIntervalMilliseconds = message.unhealthyEdgeInterval.milliseconds
        }
        if message.hasHealthyEdgeInterval {
            plan.healthyEdgeIntervalMilliseconds = message.healthyEdgeInterval.milliseconds
        }
        switch message.healthChecker {
        case .httpHealthCheck(let http):
            try within("http_health_check") { () throws(CompileError) in try self.http(http, cluster, &plan) }
        case .tcpHealthCheck(let tcp):
            if tcp.hasProxyProtocolConfig { throw .unsupported("tcp_health_check.proxy_protocol_config") }
            plan.kind = .tcp
            plan.send = try payload(tcp.send, "tcp_health_check.send")
            plan.receive = try payloads(tcp.receive, "tcp_health_check.receive")
        case .grpcHealthCheck: throw .unsupported("grpc_health_check")
        case .customHealthCheck, nil: throw .unsupported("custom_health_check")
        }
        return plan
    }

    private func http(_ message: Message.HttpHealthCheck, _ cluster: String, _ plan: inout HealthCheckPlan)
        throws(CompileError)
    {
        if message.hasSend { throw .unsupported("send") }
        if !message.receive.isEmpty { throw .unsupported("receive") }
        if !message.requestHeadersToAdd.isEmpty { throw .unsupported("request_headers_to_add") }
        if !message.requestHeadersToRemove.isEmpty { throw .unsupported("request_headers_to_remove") }
        if message.hasServiceNameMatcher { throw .unsupported("service_name_matcher") }
        if message.codecClientType != .http1 { throw .unsupported("codec_client_type") }
        plan.kind = .http
        plan.host = arena.text(message.host.isEmpty ? cluster : message.host)
        plan.path = arena.text(message.path)
        plan.method = arena.text(try method(message.method))
        plan.expectedStatuses = try statuses(message.expectedStatuses, "expected_statuses", fallback: [200])
        plan.retriableStatuses = try statuses(message.retriableStatuses, "retriable_statuses", fallback: [])
    }

    private func method(_ method: Envoy_Config_Core_V3_RequestMethod) throws(CompileError) -> String {
        switch method {
        case .methodUnspecified, .get: "GET"
        case .head: "HEAD"
        case .post: "POST"
        case .put: "PUT"
        case .delete: "DELETE"
        case .options: "OPTIONS"
        case .trace: "TRACE"
        case .patch: "PATCH"
        case .connect, .UNRECOGNIZED: throw .unsupported("method")
        }
    }

    private func statuses(_ messages: [Envoy_Type_V3_Int64Range], _ path: String, fallback: [UInt16])
        throws(CompileError) -> FlatArray<StatusRange>
    {
        if messages.isEmpty { return arena.array(fallback.map { StatusRange(first: $0, last: $0) }) }
        var ranges: [StatusRange] = []
        for (index, range) in messages.enumerated() {
            guard range.start >= 100, range.end <= 600, range.start < range.end else {
                throw CompileError("\(path)[\(index)]", "not a range of statuses: [\(range.start), \(range.end))")
            }
            ranges.append(StatusRange(first: UInt16(range.start), last: UInt16(range.end - 1)))
        }
        return arena.array(ranges)
    }

    private func payloads(_ messages: [Message.Payload], _ path: String) throws(CompileError) -> FlatArray<FlatText> {
        var texts: [FlatText] = []
        for (index, message) in messages.enumerated() {
            let text = try payload(message, "\(path)[\(index)]")
            if !text.isEmpty { texts.append(text) }
        }
        return arena.array(texts)
    }

    /// `text` is hexadecimal.
    private func payload(_ message: Message.Payload, _ path: String) throws(CompileError) -> FlatText {
        switch message.payload {
        case .binary(let data): return arena.text([UInt8](data))
        case .text(let text):
            let digits = Array(text.utf8)
            var bytes: [UInt8] = []
            for index in stride(from: 0, to: digits.count - 1, by: 2) {
                guard let byte = UInt8(String(decoding: digits[index...index + 1], as: UTF8.self), radix: 16) else {
                    throw CompileError("\(path).text", "invalid hex string '\(text)'")
                }
                bytes.append(byte)
            }
            guard digits.count.isMultiple(of: 2) else {
                throw CompileError("\(path).text", "invalid hex string '\(text)'")
            }
            return arena.text(bytes)
        case nil: return FlatText()
        }
    }
}
