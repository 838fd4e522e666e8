/// One row of the benchmark's table: what the client does, what the proxy is
/// told, what the origin serves. A new case is one more entry in ``all``.
struct BenchCase: Sendable {
    /// What the client speaks to the proxy.
    enum Front: Sendable {
        case http1
        /// HTTP/2 with prior knowledge, several streams on each connection.
        case http2
        /// The proxy carries bytes; what they are is not its business. The
        /// load is the same HTTP/1.1, so answers are checked all the same.
        case tcp
    }

    /// A page of the origin.
    enum Page: String, Sendable {
        case oneKilobyte = "/1k"
        case sixtyFourKilobytes = "/64k"
        case oneMegabyte = "/1m"

        var length: Int {
            switch self {
            case .oneKilobyte: 1024
            case .sixtyFourKilobytes: 65536
            case .oneMegabyte: 1 << 20
            }
        }
    }

    /// What is written for each request.
    enum AccessLog: Sendable { case off, text, json }

    var name: String
    var summary: String
    var front = Front.http1
    var page = Page.oneKilobyte
    /// Whether the proxy originates TLS: verified, with SNI, kept alive.
    var isTLS = false
    var connections = 64
    /// Concurrent streams on each HTTP/2 connection.
    var streams = 8
    /// Virtual hosts, each with a cluster of its own; requests take turns.
    var hosts = 1
    /// Requests a second in an open loop; nil is a closed loop.
    var rate: Double?
    /// Whether every request comes on a connection of its own.
    var isNewConnection = false
    var accessLog = AccessLog.off
    /// Whether memory is measured instead of speed: this many connections,
    /// used once and then left open.
    var idleConnections: Int?

    static let standard = ["h1-1k", "tls-1k"]

    static let all: [BenchCase] = [
        BenchCase(
            name: "h1-1k",
            summary: "HTTP/1.1 keep-alive, 64 connections, 1 KB"),
        BenchCase(
            name: "tls-1k",
            summary: "the same with TLS origination, verified, keep-alive",
            isTLS: true),
        BenchCase(
            name: "h2-1k",
            summary: "HTTP/2 clients (8 connections of 8 streams), "
                + "HTTP/1.1 upstream, 1 KB",
            front: .http2, connections: 8),
        BenchCase(
            name: "h1-64k", summary: "HTTP/1.1 keep-alive, 64 KB",
            page: .sixtyFourKilobytes, connections: 32),
        BenchCase(
            name: "h1-1m", summary: "HTTP/1.1 keep-alive, 1 MB",
            page: .oneMegabyte, connections: 16),
        BenchCase(
            name: "tls-64k", summary: "TLS origination, 64 KB",
            page: .sixtyFourKilobytes, isTLS: true, connections: 32),
        BenchCase(
            name: "tls-1m", summary: "TLS origination, 1 MB",
            page: .oneMegabyte, isTLS: true, connections: 16),
        BenchCase(
            name: "tcp-1k", summary: "raw TCP, 1 KB ping-pong, 64 connections",
            front: .tcp),
        BenchCase(
            name: "tcp-1m", summary: "raw TCP, 1 MB answers, 16 connections",
            front: .tcp, page: .oneMegabyte, connections: 16),
        BenchCase(
            name: "newconn",
            summary: "a new client connection for each request, "
                + "upstream kept alive, 1 KB",
            isNewConnection: true),
        BenchCase(
            name: "hosts-1000",
            summary: "1,000 virtual hosts and clusters, requests over all",
            hosts: 1000),
        BenchCase(
            name: "hosts-10000",
            summary: "10,000 virtual hosts and clusters, requests over all",
            hosts: 10000),
        BenchCase(
            name: "open-15000",
            summary: "open loop, 15,000 requests/s offered, 256 connections",
            connections: 256, rate: 15000),
        BenchCase(
            name: "open-20000",
            summary: "open loop, 20,000 requests/s offered, 256 connections",
            connections: 256, rate: 20000),
        BenchCase(
            name: "log-text",
            summary: "h1-1k with a text access log to a file",
            accessLog: .text),
        BenchCase(
            name: "log-json",
            summary: "h1-1k with a JSON access log to a file",
            accessLog: .json),
        BenchCase(
            name: "idle",
            summary: "memory: 4,000 connections, each used once",
            idleConnections: 4000),
    ]

    /// The host names of its requests, as the load generator makes them.
    var hostNames: [String] { (0..<hosts).map { "host-\($0).bench" } }
}
