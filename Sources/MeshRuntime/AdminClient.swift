internal import Foundation
internal import Glibc

/// Asks a proxy's admin endpoint on loopback. Calls block; answers are small.
struct AdminClient: Sendable {
    var port: UInt16

    /// The body of a 200 answer, or nil.
    func get(_ path: String) -> String? {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var patience = timeval(tv_sec: 5, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = in_addr_t(0x7f00_0001).bigEndian
        let connected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard connected == 0 else { return nil }
        let request = "GET \(path) HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
        guard send(descriptor, request, request.utf8.count, Int32(MSG_NOSIGNAL)) == request.utf8.count else { return nil }
        var answer: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64 * 1024)
        while true {
            let count = recv(descriptor, &buffer, buffer.count, 0)
            guard count > 0 else { break }
            answer += buffer[..<count]
        }
        return Self.body(of: answer)
    }

    /// The body of a complete 200 answer; nil for any other.
    static func body(of answer: [UInt8]) -> String? {
        let text = String(decoding: answer, as: UTF8.self)
        guard let end = text.range(of: "\r\n\r\n"), text.hasPrefix("HTTP/1.1 200") else { return nil }
        let rest = text[end.upperBound...]
        guard text[..<end.lowerBound].lowercased().contains("transfer-encoding: chunked") else { return String(rest) }
        var body = "", chunks = rest.utf8[...]
        while let line = chunks.firstIndex(of: 10) {
            let size = chunks[..<line].prefix { $0 != 13 && $0 != 59 }
            guard let count = Int(String(decoding: size, as: UTF8.self), radix: 16), count > 0 else { break }
            chunks = chunks[chunks.index(after: line)...]
            body += String(decoding: chunks.prefix(count), as: UTF8.self)
            chunks = chunks.dropFirst(count).dropFirst(2)
        }
        return body
    }
}
