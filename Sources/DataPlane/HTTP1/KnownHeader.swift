/// Header names the proxy itself acts on.
enum KnownHeader: UInt8, BitwiseCopyable {
    case other
    case host
    case contentLength
    case transferEncoding
    case connection
    case keepAlive
    case proxyConnection
    case upgrade
    case te
    case trailer
    case expect
    case date
    case server
    case forwardedProto
    case forwardedFor
    case requestID
    case envoyInternal
    case envoyExternalAddress
    case envoyExpectedTimeout
    case envoyUpstreamTimeout
    case envoyUpstreamServiceTime
    case envoyAttemptCount
    case envoyRetry
    case envoyDecorator
    case envoyOriginalPath
    case envoyOriginalHost
    case userAgent
    case http2Settings
    case via
    case forwardedClientCertificate
    case contentType
    case grpcTimeout

    /// Looks a name up, ignoring case.
    @inline(__always)
    static func of(_ bytes: Span<UInt8>, _ start: Int, _ count: Int) -> KnownHeader {
        switch count {
        case 2: return matches(bytes, start, "te") ? .te : .other
        case 3: return matches(bytes, start, "via") ? .via : .other
        case 4:
            if matches(bytes, start, "host") { return .host }
            return matches(bytes, start, "date") ? .date : .other
        case 6:
            if matches(bytes, start, "expect") { return .expect }
            return matches(bytes, start, "server") ? .server : .other
        case 7:
            if matches(bytes, start, "upgrade") { return .upgrade }
            return matches(bytes, start, "trailer") ? .trailer : .other
        case 10:
            if matches(bytes, start, "connection") { return .connection }
            if matches(bytes, start, "keep-alive") { return .keepAlive }
            return matches(bytes, start, "user-agent") ? .userAgent : .other
        case 12:
            if matches(bytes, start, "x-request-id") { return .requestID }
            if matches(bytes, start, "grpc-timeout") { return .grpcTimeout }
            return matches(bytes, start, "content-type") ? .contentType : .other
        case 14:
            if matches(bytes, start, "content-length") { return .contentLength }
            return matches(bytes, start, "http2-settings") ? .http2Settings : .other
        case 15:
            if matches(bytes, start, "x-forwarded-for") { return .forwardedFor }
            return matches(bytes, start, "x-envoy-ip-tags") ? .envoyRetry : .other
        case 16:
            if matches(bytes, start, "proxy-connection") { return .proxyConnection }
            if matches(bytes, start, "x-envoy-internal") { return .envoyInternal }
            return matches(bytes, start, "x-envoy-retry-on") ? .envoyRetry : .other
        case 17:
            if matches(bytes, start, "transfer-encoding") { return .transferEncoding }
            return matches(bytes, start, "x-forwarded-proto") ? .forwardedProto : .other
        default: return longer(bytes, start, count)
        }
    }

    private static func longer(_ bytes: Span<UInt8>, _ start: Int, _ count: Int) -> KnownHeader {
        switch count {
        case 19 where matches(bytes, start, "x-envoy-max-retries"): return .envoyRetry
        case 19 where matches(bytes, start, "x-envoy-force-trace"): return .envoyRetry
        case 20 where matches(bytes, start, "x-envoy-original-url"): return .envoyRetry
        case 21 where matches(bytes, start, "x-envoy-retry-grpc-on"): return .envoyRetry
        case 21 where matches(bytes, start, "x-envoy-attempt-count"): return .envoyAttemptCount
        case 21 where matches(bytes, start, "x-envoy-original-path"): return .envoyOriginalPath
        case 21 where matches(bytes, start, "x-envoy-original-host"): return .envoyOriginalHost
        case 23 where matches(bytes, start, "x-forwarded-client-cert"): return .forwardedClientCertificate
        case 24 where matches(bytes, start, "x-envoy-external-address"): return .envoyExternalAddress
        case 27 where matches(bytes, start, "x-envoy-decorator-operation"): return .envoyDecorator
        case 29 where matches(bytes, start, "x-envoy-upstream-service-time"): return .envoyUpstreamServiceTime
        case 30 where matches(bytes, start, "x-envoy-retriable-status-codes"): return .envoyRetry
        case 30 where matches(bytes, start, "x-envoy-retriable-header-names"): return .envoyRetry
        case 30 where matches(bytes, start, "x-envoy-upstream-alt-stat-name"): return .envoyRetry
        case 30 where matches(bytes, start, "x-envoy-upstream-rq-timeout-ms"): return .envoyUpstreamTimeout
        case 30 where matches(bytes, start, "x-envoy-expected-rq-timeout-ms"): return .envoyExpectedTimeout
        case 32 where matches(bytes, start, "x-envoy-hedge-on-per-try-timeout"): return .envoyRetry
        case 38 where matches(bytes, start, "x-envoy-upstream-rq-per-try-timeout-ms"): return .envoyRetry
        case 40 where matches(bytes, start, "x-envoy-upstream-rq-timeout-alt-response"): return .envoyRetry
        default: return .other
        }
    }

    /// `name` is lower case and as long as the run; only letters are folded.
    @inline(__always)
    private static func matches(_ bytes: Span<UInt8>, _ start: Int, _ name: StaticString) -> Bool {
        let length = name.utf8CodeUnitCount
        guard start &+ length <= bytes.count else { return false }
        let expected = name.utf8Start
        for offset in 0..<length {
            var byte = bytes[start &+ offset]
            if byte &- 0x41 < 26 { byte |= 0x20 }
            if byte != expected[offset] { return false }
        }
        return true
    }
}
