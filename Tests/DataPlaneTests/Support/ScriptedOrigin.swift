import CPetrelSystem
import Glibc
import Synchronization

/// A server of a test on 127.0.0.1: every connection runs the same script on
/// a thread of its own, and says what it saw.
final class ScriptedOrigin: Sendable {
    let port: UInt16
    private let listener: Int32
    private let seen = Mutex<[String]>([])
    private let connectionCount = Atomic<Int>(0)
    private let script: @Sendable (RawSocket, ScriptedOrigin) throws -> Void

    init(_ script: @escaping @Sendable (RawSocket, ScriptedOrigin) throws -> Void) throws {
        var address = petrel_address()
        guard petrel_address_parse("127.0.0.1", 0, &address) == 1 else { throw RawSocket.Failure(description: "address") }
        listener = petrel_listen(&address, false, 128)
        guard listener >= 0 else { throw RawSocket.Failure(description: "listen: \(listener)") }
        _ = petrel_local_address(listener, &address)
        port = address.port
        self.script = script
        let flags = fcntl(listener, F_GETFL)
        _ = fcntl(listener, F_SETFL, flags & ~O_NONBLOCK)
        // The thread owns the descriptor: closed by anybody else, its number
        // could belong to another test while the thread still waits on it.
        Self.thread { [self] in
            while true {
                let client = accept(listener, nil, nil)
                if client < 0 { break }
                serve(client)
            }
            Glibc.close(listener)
        }
    }

    /// An origin that answers every request with 200 and `body`, keeping
    /// connections open.
    static func answering(_ body: String, headers: String = "") throws -> ScriptedOrigin {
        try ScriptedOrigin { socket, origin in
            while true {
                let request = try socket.readMessage()
                origin.note(request)
                try socket.write("HTTP/1.1 200 OK\r\n\(headers)content-length: \(body.utf8.count)\r\n\r\n\(body)")
            }
        }
    }

    /// Takes no more connections.
    func close() { shutdown(listener, Int32(SHUT_RDWR)) }

    /// What connections noted, in order.
    var notes: [String] { seen.withLock { $0 } }
    var connections: Int { connectionCount.load(ordering: .relaxed) }

    func note(_ text: String) { seen.withLock { $0.append(text) } }

    func note(_ message: HTTPText) {
        note(([message.startLine] + message.fields.map { "\($0.name): \($0.value)" }).joined(separator: "\n") + "\n\n" + message.body)
    }

    private func serve(_ client: Int32) {
        connectionCount.add(1, ordering: .relaxed)
        Self.thread { [self] in
            let socket = RawSocket(descriptor: client)
            try? script(socket, self)
        }
    }

    /// Runs `body` on a thread of its own.
    static func thread(_ body: @escaping @Sendable () -> Void) {
        final class Box: Sendable {
            let body: @Sendable () -> Void
            init(_ body: @escaping @Sendable () -> Void) { self.body = body }
        }
        let box = Unmanaged.passRetained(Box(body))
        var thread = pthread_t()
        pthread_create(
            &thread, nil,
            { argument in
                if let argument { Unmanaged<Box>.fromOpaque(argument).takeRetainedValue().body() }
                return nil
            }, box.toOpaque())
        pthread_detach(thread)
    }
}
