internal import CPetrelSystem
internal import Glibc

/// A small HTTP server on a thread of its own. It answers one client after the
/// other: it is for people and scrapers, not for load.
public final class AdminServer: Sendable {
    /// The address it could not be bound to, and why.
    public struct BindFailure: Error, Sendable, CustomStringConvertible {
        public let description: String
    }

    private let descriptor: Int32
    private let ending: Int32
    private let answer: @Sendable (AdminRequest) -> AdminReply
    /// The port it listens on.
    public let port: UInt16

    /// Listens on `address:port`.
    ///
    /// - Parameters:
    ///   - address: Where; a loopback address unless you know better: whoever
    ///     reaches it can end the proxy.
    ///   - inherited: A predecessor's socket, which is served instead.
    ///   - answer: Called on the server's thread, and may block it.
    init(
        _ address: String, inherited: Int32? = nil, answer: @escaping @Sendable (AdminRequest) -> AdminReply
    ) throws(BindFailure) {
        guard var wanted = Self.parse(address) else {
            throw BindFailure(description: "\(address) is not an address and port")
        }
        descriptor = inherited ?? petrel_listen(&wanted, false, 64)
        guard descriptor >= 0 else {
            throw BindFailure(description: "cannot listen on \(address): \(String(cString: strerror(-descriptor)))")
        }
        _ = petrel_local_address(descriptor, &wanted)
        port = wanted.port
        self.answer = answer
        ending = petrel_event_create()
    }

    /// The listening socket, for a successor.
    var socket: Int32 { descriptor }

    /// Serves the admin pages of `proxy`.
    ///
    /// - Parameters:
    ///   - address: Where; a loopback address unless you know better.
    ///   - inherited: A predecessor's socket, which is served instead.
    ///   - quit: Called when somebody asks the proxy to end.
    public convenience init(
        _ address: String, proxy: ProxyInstance, inherited: Int32? = nil, quit: @escaping @Sendable () -> Void
    ) throws(BindFailure) {
        let admin = ProxyAdmin(proxy, quit: quit)
        try self.init(address, inherited: inherited) { admin.answer($0) }
    }

    private static func parse(_ text: String) -> petrel_address? {
        guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]) else { return nil }
        var host = String(text[..<colon])
        if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
        var parsed = petrel_address()
        return petrel_address_parse(host, port, &parsed) == 1 ? parsed : nil
    }

    /// Serves until ``stop()``, or until the process ends.
    public func start() {
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

    /// Serves no more.
    /// A successor that has the socket, too, goes on.
    public func stop() { petrel_event_signal(ending) }

    private func run() {
        while true {
            var waiting = [
                pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0),
                pollfd(fd: ending, events: Int16(POLLIN), revents: 0),
            ]
            if poll(&waiting, 2, -1) < 0, errno != EINTR { break }
            if waiting[1].revents != 0 { break }
            // Another process may have been quicker.
            let client = accept(descriptor, nil, nil)
            if client < 0 {
                if [EINTR, EAGAIN, ECONNABORTED, EMFILE, ENFILE].contains(errno) { continue }
                break
            }
            serve(client)
            Glibc.close(client)
        }
        Glibc.close(descriptor)
    }

    private func serve(_ client: Int32) {
        var limit = timeval(tv_sec: 5, tv_usec: 0)
        setsockopt(client, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        setsockopt(client, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        var received: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while received.count < 16_384, !Self.hasEnd(received) {
            let count = buffer.withUnsafeMutableBytes { recv(client, $0.baseAddress, $0.count, 0) }
            if count <= 0 { return }
            received.append(contentsOf: buffer[0..<count])
        }
        let line = String(decoding: received.prefix { $0 != 0x0d }, as: UTF8.self)
        let reply = AdminRequest(line: line).map(answer) ?? .text("bad request\n", status: 400)
        send(reply, to: client)
        reply.afterwards?()
    }

    private static func hasEnd(_ bytes: [UInt8]) -> Bool {
        bytes.suffix(4) == [0x0d, 0x0a, 0x0d, 0x0a]
    }

    private func send(_ reply: AdminReply, to client: Int32) {
        let words = [200: "OK", 400: "Bad Request", 404: "Not Found", 405: "Method Not Allowed", 503: "Service Unavailable"]
        var text = "HTTP/1.1 \(reply.status) \(words[reply.status] ?? "Error")\r\ncontent-type: \(reply.type)\r\n"
        text += "content-length: \(reply.body.utf8.count)\r\ncache-control: no-cache, max-age=0\r\n"
        text += "x-content-type-options: nosniff\r\nconnection: close\r\n\r\n\(reply.body)"
        let bytes = Array(text.utf8)
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes { petrel_send(client, $0.baseAddress.map { $0 + sent }, $0.count - sent) }
            if count <= 0 { return }
            sent += count
        }
    }
}
