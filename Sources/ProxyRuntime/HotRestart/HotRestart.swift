internal import CPetrelSystem
public import DataPlane
internal import Glibc

/// How one proxy process takes over from another without a refused connection.
///
/// Both name the same Unix domain socket. The new process asks the old one for
/// copies of its listening sockets and accepts from them, beside the old one;
/// when its configuration is in force it tells the old one to drain. The sockets
/// never close, so no client that the kernel has greeted is sent away.
///
/// A message is one packet, its first byte says what it is:
///
///     new -> old   L       the listening sockets, please
///     old -> new   S name  a socket of the listener (with the descriptor)
///     old -> new   A       the admin endpoint's socket (with the descriptor)
///     old -> new   E       that was all
///     new -> old   D       I serve: drain, and end
///     old -> new   D       I take no more connections
public enum HotRestart {
    /// What the predecessor gives.
    public struct Inheritance: Sendable {
        /// Sockets of its listeners.
        public var listeners: [ListeningSocket] = []
        /// The admin endpoint's socket.
        public var admin: Int32?
        let conversation: Int32

        /// Tells the predecessor to drain and end. Returns when it takes no more
        /// connections.
        public func takeOver() {
            HotRestart.send(conversation, "D")
            _ = HotRestart.receive(conversation)
            Glibc.close(conversation)
        }
    }

    /// Asks the process that listens on `path` for its sockets.
    ///
    /// - Returns: nil when nobody listens there: there is no predecessor.
    public static func inherit(from path: String) -> Inheritance? {
        let socket = petrel_unix_connect(path)
        guard socket >= 0 else { return nil }
        guard petrel_peer_is_self(socket) else {
            Glibc.close(socket)
            return nil
        }
        limit(socket, seconds: 10)
        var inheritance = Inheritance(conversation: socket)
        send(socket, "L")
        while let (text, descriptor) = receive(socket) {
            switch (text.first ?? " ", descriptor) {
            case ("S", let given) where given >= 0:
                inheritance.listeners.append(ListeningSocket(listener: String(text.dropFirst()), descriptor: given))
            case ("A", let given) where given >= 0: inheritance.admin = given
            case ("E", _): return inheritance
            default: if descriptor >= 0 { Glibc.close(descriptor) }
            }
        }
        for listener in inheritance.listeners { Glibc.close(listener.descriptor) }
        if let admin = inheritance.admin { Glibc.close(admin) }
        Glibc.close(socket)
        return nil
    }

    // MARK: - Packets

    static func limit(_ socket: Int32, seconds: Int) {
        var time = timeval(tv_sec: seconds, tv_usec: 0)
        setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
        setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
    }

    @discardableResult
    static func send(_ socket: Int32, _ text: String, _ descriptor: Int32 = -1) -> Bool {
        let bytes = Array(text.utf8)
        return bytes.withUnsafeBytes { petrel_send_descriptor(socket, $0.baseAddress, $0.count, descriptor) } == bytes.count
    }

    /// The next packet; nil at the end of the conversation.
    static func receive(_ socket: Int32) -> (text: String, descriptor: Int32)? {
        var buffer = [UInt8](repeating: 0, count: 4096)
        var descriptor: Int32 = -1
        let count = buffer.withUnsafeMutableBytes { petrel_receive_descriptor(socket, $0.baseAddress, $0.count, &descriptor) }
        guard count > 0 else {
            if descriptor >= 0 { Glibc.close(descriptor) }
            return nil
        }
        return (String(decoding: buffer[0..<count], as: UTF8.self), descriptor)
    }
}
