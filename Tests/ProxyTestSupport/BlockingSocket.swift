internal import CPetrelSystem
internal import Glibc

/// A TCP connection of a test, used by a thread of its own: calls block, and
/// no wait is longer than ``limit``.
public final class BlockingSocket: Sendable {
    /// What a read found.
    public enum Received: Sendable, Equatable {
        /// Bytes, at least one.
        case bytes([UInt8])
        /// The peer will send no more.
        case end
        /// The connection was reset.
        case reset
        /// Nothing came in time.
        case late
    }

    /// A connection that could not be made or written to.
    public struct Failure: Error, CustomStringConvertible {
        public let description: String
    }

    /// The descriptor, which stays the socket's.
    public let descriptor: Int32

    /// Takes over a connected descriptor.
    public init(adopting descriptor: Int32, limit: Duration = .seconds(10)) {
        self.descriptor = descriptor
        setLimit(limit)
        var one: Int32 = 1
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &one, socklen_t(MemoryLayout<Int32>.size))
    }

    /// Connects to a port of 127.0.0.1.
    ///
    /// - Parameters:
    ///   - receiveBuffer: Bytes of the kernel's receive buffer; nil is the
    ///     system's default.
    public convenience init(port: UInt16, limit: Duration = .seconds(10), receiveBuffer: Int32? = nil) throws {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        if var size = receiveBuffer {
            setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &size, socklen_t(MemoryLayout<Int32>.size))
        }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        let result = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0 else {
            let code = errno
            Glibc.close(descriptor)
            throw Failure(description: "no connection to port \(port): \(String(cString: strerror(code)))")
        }
        self.init(adopting: descriptor, limit: limit)
    }

    deinit { Glibc.close(descriptor) }

    /// Its own port.
    public var localPort: UInt16 {
        var address = petrel_address()
        return petrel_local_address(descriptor, &address) == 0 ? address.port : 0
    }

    /// The longest that one call waits.
    public func setLimit(_ limit: Duration) {
        let parts = limit.components
        var value = timeval(tv_sec: Int(parts.seconds), tv_usec: Int(parts.attoseconds / 1_000_000_000_000))
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &value, socklen_t(MemoryLayout<timeval>.size))
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &value, socklen_t(MemoryLayout<timeval>.size))
    }

    /// Sends everything, or tells that it can't.
    @discardableResult
    public func send(_ bytes: [UInt8]) -> Bool {
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress.map { $0 + sent }, $0.count - sent, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return false }
            sent += count
        }
        return true
    }

    /// Sends text as UTF-8.
    @discardableResult
    public func send(_ text: String) -> Bool { send(Array(text.utf8)) }

    /// What arrives next.
    public func receive(atMost most: Int = 65_536) -> Received {
        var buffer = [UInt8](repeating: 0, count: most)
        let count = buffer.withUnsafeMutableBytes { recv(descriptor, $0.baseAddress, $0.count, 0) }
        if count > 0 { return .bytes(Array(buffer[0..<count])) }
        if count == 0 { return .end }
        return errno == EAGAIN || errno == EWOULDBLOCK ? .late : .reset
    }

    /// Everything up to the end of the stream, and how it ended.
    public func receiveToEnd() -> (bytes: [UInt8], end: Received) {
        var result: [UInt8] = []
        while true {
            switch receive() {
            case .bytes(let more): result += more
            case let end: return (result, end)
            }
        }
    }

    /// Sends a FIN; what comes is still read.
    public func finish() { shutdown(descriptor, Int32(SHUT_WR)) }

    /// Ends the connection for both sides, also for a thread that reads.
    public func shut() { shutdown(descriptor, Int32(SHUT_RDWR)) }

    /// Closing the socket resets the connection.
    public func resetOnClose() {
        var option = linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
    }
}
