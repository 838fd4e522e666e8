import DataPlane
import Glibc
import PetrelTestKit
import Synchronization
import Testing

@testable import ProxyRuntime

@Suite(.timeLimit(.minutes(2))) struct HotRestartTests {
    private func bootstrap(_ body: String, port: Int) -> String {
        """
        {"static_resources": {
          "listeners": [{"name": "in", "address": {"socket_address": {"address": "127.0.0.1", "port_value": \(port)}}, "filter_chains": [{"filters": [{
            "name": "envoy.filters.network.http_connection_manager", "typed_config": {
              "@type": "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
              "stat_prefix": "in", "route_config": {"name": "r", "virtual_hosts": [{"name": "all", "domains": ["*"],
                "routes": [{"match": {"prefix": "/"}, "direct_response": {"status": 200, "body": {"inline_string": "\(body)"}}}]}]},
              "http_filters": [{"name": "envoy.filters.http.router", "typed_config": {
                "@type": "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router"}}]}}]}]}]}}
        """
    }

    private func proxy(_ body: String, port: Int, workers: Int, _ sockets: [ListeningSocket] = []) async throws -> ProxyInstance {
        var configuration = DataPlaneConfiguration()
        configuration.concurrency = workers
        configuration.inheritedSockets = sockets
        let proxy = ProxyInstance(try ProxyBootstrap(json: bootstrap(body, port: port)), configuration: configuration)
        try await proxy.start()
        return proxy
    }

    /// Clients that ask all the time, on threads of their own.
    private final class Clients: Sendable {
        private let isOver = Atomic(false)
        private let answers = Mutex<[String: Int]>([:])
        private let threads = Mutex<[pthread_t]>([])
        private let port: UInt16

        init(_ port: UInt16, count: Int) {
            self.port = port
            for _ in 0..<count {
                var thread = pthread_t()
                let seat = Unmanaged.passRetained(self)
                if pthread_create(&thread, nil, { argument in
                    guard let argument else { return nil }
                    Unmanaged<Clients>.fromOpaque(argument).takeRetainedValue().run()
                    return nil
                }, seat.toOpaque()) == 0 { threads.withLock { $0.append(thread) } } else { seat.release() }
            }
        }

        private func run() {
            var socket: Int32 = -1
            while !isOver.load(ordering: .relaxed) {
                if socket < 0 { socket = connected() }
                let answer = socket < 0 ? "refused" : ask(socket)
                answers.withLock { $0[answer.hasPrefix("HTTP/1.1 200") ? String(answer.suffix(3)) : "failed: \(answer)", default: 0] += 1 }
                if answer.contains("connection: close") || !answer.hasPrefix("HTTP/1.1 200") {
                    if socket >= 0 { close(socket) }
                    socket = -1
                }
            }
            if socket >= 0 { close(socket) }
        }

        private func connected() -> Int32 {
            let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = port.bigEndian
            address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
            let result = withUnsafePointer(to: &address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
            }
            if result == 0 { return socket }
            close(socket)
            return -1
        }

        private func ask(_ socket: Int32) -> String {
            let request = Array("GET / HTTP/1.1\r\nHost: h\r\n\r\n".utf8)
            guard send(socket, request, request.count, Int32(MSG_NOSIGNAL)) == request.count else { return "send" }
            var received: [UInt8] = []
            var buffer = [UInt8](repeating: 0, count: 4096)
            // Heads end with an empty line; all bodies are three bytes long.
            while !String(decoding: received, as: UTF8.self).contains("\r\n\r\n") || received.suffix(4) == Array("\r\n\r\n".utf8) {
                let count = recv(socket, &buffer, buffer.count, 0)
                if count <= 0 { return "closed" }
                received += buffer[0..<count]
            }
            return String(decoding: received, as: UTF8.self)
        }

        /// Waits until `body` was answered so often.
        func wait(for body: String, times: Int) async {
            while answers.withLock({ $0[body] ?? 0 }) < times { await Task.yield() }
        }

        func stop() -> [String: Int] {
            isOver.store(true, ordering: .relaxed)
            for thread in threads.withLock({ $0 }) { pthread_join(thread, nil) }
            return answers.withLock { $0 }
        }
    }

    @Test(arguments: [(1, 1), (2, 1), (1, 2)])
    func `A successor takes over under load and no request fails`(before: Int, after: Int) async throws {
        let directory = try TemporaryDirectory(prefix: "petrel-restart")
        let path = directory.file("socket")
        let (drained, continuation) = AsyncStream<Void>.makeStream()
        let first = try await proxy("one", port: 0, workers: before)
        let port = try #require(first.workload.boundPort(listener: "in"))
        let server = try HotRestartServer(path, proxy: first, admin: nil) { continuation.yield() }
        server.start()
        let clients = Clients(port, count: 4)
        await clients.wait(for: "one", times: 200)

        let inheritance = try #require(HotRestart.inherit(from: path))
        #expect(inheritance.listeners.count == before)
        let second = try await proxy("two", port: Int(port), workers: after, inheritance.listeners)
        inheritance.takeOver()
        second.plane.closeInherited()
        for await _ in drained { break }
        await first.drain(deadline: .seconds(20))
        await clients.wait(for: "two", times: 500)

        let answers = clients.stop()
        #expect(Set(answers.keys) == ["one", "two"], "\(answers)")
        await second.drain(deadline: .zero)
    }

    @Test func `Draining loses no request of a client that stays`() async throws {
        let proxy = try await proxy("one", port: 0, workers: 2)
        let port = try #require(proxy.workload.boundPort(listener: "in"))
        let clients = Clients(port, count: 4)
        await clients.wait(for: "one", times: 200)
        await proxy.drain(deadline: .seconds(20))
        let answers = clients.stop()
        // New connections are refused in the end; nothing accepted is lost.
        #expect(Set(answers.keys).isSubset(of: ["one", "failed: refused"]), "\(answers)")
    }

    @Test func `Without a predecessor there is nothing to inherit`() throws {
        let directory = try TemporaryDirectory(prefix: "petrel-restart")
        #expect(HotRestart.inherit(from: directory.file("nobody")) == nil)
    }
}
