import CPetrelSystem
import Glibc
import Synchronization

/// A blocking TCP connection of a test, with a time limit on every wait.
final class RawSocket: Sendable {
    let descriptor: Int32
    private let kept = Mutex<[UInt8]>([])

    struct Failure: Error, CustomStringConvertible {
        var description: String
    }

    init(descriptor: Int32) {
        self.descriptor = descriptor
        var limit = timeval(tv_sec: 10, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    }

    /// Connects to a port of 127.0.0.1.
    convenience init(port: UInt16, receiveBuffer: Int32? = nil) throws {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
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
            Glibc.close(descriptor)
            throw Failure(description: "cannot connect to \(port): \(errno)")
        }
        var one: Int32 = 1
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &one, socklen_t(MemoryLayout<Int32>.size))
        self.init(descriptor: descriptor)
    }

    deinit { Glibc.close(descriptor) }

    func write(_ text: String) throws { try write(Array(text.utf8)) }

    func write(_ bytes: [UInt8]) throws {
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes { send(descriptor, $0.baseAddress.map { $0 + sent }, $0.count - sent, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { throw Failure(description: "write failed: \(errno)") }
            sent += count
        }
    }

    /// What arrives next: empty at the end, nil when nothing came in time.
    func readSome(_ most: Int = 65_536) -> [UInt8]? {
        var buffer = [UInt8](repeating: 0, count: most)
        let count = buffer.withUnsafeMutableBytes { recv(descriptor, $0.baseAddress, $0.count, 0) }
        if count < 0 { return errno == ECONNRESET ? [] : nil }
        return Array(buffer[0..<count])
    }

    /// Everything up to the end of the stream.
    func readAll() throws -> [UInt8] {
        var result: [UInt8] = []
        while true {
            guard let more = readSome() else { throw Failure(description: "no end of stream in time") }
            if more.isEmpty { return result }
            result += more
        }
    }

    func readAllText() throws -> String { String(decoding: try readAll(), as: UTF8.self) }

    /// One HTTP message with a content-length, a chunked body or none. What
    /// comes behind it is kept for the next call.
    func readMessage(toHead: Bool = false) throws -> HTTPText {
        try kept.withLock { bytes in
            while true {
                if let message = HTTPText(bytes, toHead: toHead) {
                    bytes.removeFirst(message.count)
                    return message
                }
                guard let more = readSome() else {
                    throw Failure(description: "no message in time: \(String(decoding: bytes, as: UTF8.self))")
                }
                if more.isEmpty { throw Failure(description: "ended after \(String(decoding: bytes, as: UTF8.self))") }
                bytes += more
            }
        }
    }

    func finishWriting() { shutdown(descriptor, Int32(SHUT_WR)) }

    /// Ends with a reset when the socket is closed.
    func resetOnClose() {
        var option = linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
    }
}
