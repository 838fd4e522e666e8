internal import CPetrelSystem
internal import Glibc
internal import Synchronization
internal import Telemetry

/// A small HTTP server on a thread of its own for those who operate a proxy:
/// `/ready`, `/stats/prometheus`, `/quitquitquit`, `/drain_listeners`.
public final class AdminServer: Sendable {
    /// The address it could not be bound to, and why.
    public struct BindFailure: Error, Sendable, CustomStringConvertible {
        public let description: String
    }

    /// What a client may ask for that the server doesn't do itself.
    public enum Request: Sendable {
        case quit
        case drain
    }

    private let descriptor: Int32
    private let metrics: MetricRegistry
    private let handler: @Sendable (Request) -> Void
    private let isReady: @Sendable () -> Bool
    /// The port it listens on.
    public let port: UInt16

    /// Listens on `address:port`.
    ///
    /// - Parameters:
    ///   - address: Where; a loopback address unless you know better.
    ///   - plane: The data plane it reports on.
    ///   - isReady: Whether `/ready` says so.
    ///   - handler: Called on the server's thread.
    public init(
        _ address: String, plane: DataPlane, isReady: @escaping @Sendable () -> Bool = { true },
        handler: @escaping @Sendable (Request) -> Void
    ) throws(BindFailure) {
        guard var wanted = SystemResolver.address(address) else {
            throw BindFailure(description: "\(address) is not an address and port")
        }
        descriptor = petrel_listen(&wanted, false, 64)
        guard descriptor >= 0 else {
            throw BindFailure(description: "cannot listen on \(address): \(String(cString: strerror(-descriptor)))")
        }
        _ = petrel_local_address(descriptor, &wanted)
        port = wanted.port
        metrics = plane.metrics
        self.isReady = isReady
        self.handler = handler
    }

    /// Serves until the process ends.
    public func start() {
        let flags = fcntl(descriptor, F_GETFL)
        _ = fcntl(descriptor, F_SETFL, flags & ~O_NONBLOCK)
        let seat = Unmanaged.passRetained(self)
        var thread = pthread_t()
        let result = pthread_create(
            &thread, nil,
            { argument in
                guard let argument else { return nil }
                petrel_block_signals()
                petrel_name_thread("petrel-admin")
                Unmanaged<AdminServer>.fromOpaque(argument).takeRetainedValue().run()
                return nil
            }, seat.toOpaque())
        if result == 0 { pthread_detach(thread) } else { seat.release() }
    }

    private func run() {
        while true {
            let client = accept(descriptor, nil, nil)
            if client < 0 {
                if errno == EINTR || errno == ECONNABORTED { continue }
                return
            }
            serve(client)
            Glibc.close(client)
        }
    }

    private func serve(_ client: Int32) {
        var limit = timeval(tv_sec: 5, tv_usec: 0)
        setsockopt(client, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        var received: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while received.count < 16_384, !Self.hasEnd(received) {
            let count = buffer.withUnsafeMutableBytes { recv(client, $0.baseAddress, $0.count, 0) }
            if count <= 0 { return }
            received.append(contentsOf: buffer[0..<count])
        }
        let line = received.prefix { $0 != 0x0d }
        let parts = line.split(separator: 0x20)
        guard parts.count == 3 else { return answer(client, 400, "bad request\n", "text/plain") }
        let method = String(decoding: parts[0], as: UTF8.self)
        let path = String(decoding: parts[1].prefix { $0 != 0x3f }, as: UTF8.self)
        switch (method, path) {
        case ("GET", "/stats/prometheus"), ("GET", "/metrics"):
            answer(client, 200, metrics.prometheusText(), "text/plain; version=0.0.4")
        case ("GET", "/ready"):
            isReady() ? answer(client, 200, "LIVE\n", "text/plain") : answer(client, 503, "INITIALIZING\n", "text/plain")
        case ("POST", "/quitquitquit"):
            answer(client, 200, "OK\n", "text/plain")
            handler(.quit)
        case ("POST", "/drain_listeners"):
            answer(client, 200, "OK\n", "text/plain")
            handler(.drain)
        default:
            answer(client, 404, "GET /ready /stats/prometheus, POST /drain_listeners /quitquitquit\n", "text/plain")
        }
    }

    private static func hasEnd(_ bytes: [UInt8]) -> Bool {
        bytes.count >= 4 && bytes.suffix(4) == [0x0d, 0x0a, 0x0d, 0x0a]
    }

    private func answer(_ client: Int32, _ status: Int, _ body: String, _ type: String) {
        var text = "HTTP/1.1 \(status) \(StatusText.of(status))\r\ncontent-type: \(type)\r\n"
        text += "content-length: \(body.utf8.count)\r\nconnection: close\r\n\r\n\(body)"
        var sent = 0
        let bytes = Array(text.utf8)
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes { petrel_send(client, $0.baseAddress.map { $0 + sent }, $0.count - sent) }
            if count <= 0 { return }
            sent += count
        }
    }
}
