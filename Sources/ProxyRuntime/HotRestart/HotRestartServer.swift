internal import CPetrelSystem
internal import DataPlane
internal import Glibc

/// Waits on a thread of its own for a successor, gives it the listening
/// sockets, and tells when it serves. See ``HotRestart``.
public final class HotRestartServer: Sendable {
    /// The path can't be listened on, and why.
    public struct BindFailure: Error, Sendable, CustomStringConvertible {
        public let description: String
    }

    private let descriptor: Int32
    private let proxy: ProxyInstance
    private let admin: AdminServer?
    private let succeeded: @Sendable () -> Void

    /// Listens on `path`, in the place of a predecessor.
    ///
    /// - Parameters:
    ///   - path: Of a Unix domain socket; only processes of the same user may
    ///     connect.
    ///   - proxy: Whose sockets are given away.
    ///   - admin: The admin endpoint that goes along.
    ///   - succeeded: Called when the successor serves.
    public init(
        _ path: String, proxy: ProxyInstance, admin: AdminServer?, succeeded: @escaping @Sendable () -> Void
    ) throws(BindFailure) {
        descriptor = petrel_unix_listen(path)
        guard descriptor >= 0 else {
            throw BindFailure(description: "cannot listen on \(path): \(String(cString: strerror(-descriptor)))")
        }
        self.proxy = proxy
        self.admin = admin
        self.succeeded = succeeded
    }

    /// Waits for a successor, from now on.
    public func start() {
        let seat = Unmanaged.passRetained(self)
        var thread = pthread_t()
        let result = pthread_create(
            &thread, nil,
            { argument in
                guard let argument else { return nil }
                petrel_block_signals()
                petrel_name_thread("petrel-restart")
                Unmanaged<HotRestartServer>.fromOpaque(argument).takeRetainedValue().run()
                return nil
            }, seat.toOpaque())
        if result == 0 { pthread_detach(thread) } else { seat.release() }
    }

    private func run() {
        while true {
            let successor = accept(descriptor, nil, nil)
            if successor < 0 {
                if errno == EINTR || errno == ECONNABORTED { continue }
                return
            }
            let isDone = petrel_peer_is_self(successor) && converse(successor)
            Glibc.close(successor)
            if isDone {
                Glibc.close(descriptor)
                return
            }
        }
    }

    /// Whether the successor took over.
    private func converse(_ successor: Int32) -> Bool {
        while let (text, stray) = HotRestart.receive(successor) {
            if stray >= 0 { Glibc.close(stray) }
            switch text {
            case "L":
                for socket in proxy.plane.listeningSockets() {
                    HotRestart.send(successor, "S\(socket.listener)", socket.descriptor)
                    Glibc.close(socket.descriptor)
                }
                if let admin { HotRestart.send(successor, "A", admin.socket) }
                HotRestart.send(successor, "E")
            case "D":
                admin?.stop()
                proxy.plane.beginDraining()
                HotRestart.send(successor, "D")
                succeeded()
                return true
            default: return false
            }
        }
        return false
    }
}
