import CPetrelSystem
import Glibc

@testable import DataPlane

/// Datagram sockets of a test on 127.0.0.1.
enum Datagrams {
    /// A bound socket and its port.
    static func bound() -> (descriptor: Int32, port: UInt16) {
        var address = petrel_address()
        _ = petrel_address_parse("127.0.0.1", 0, &address)
        let descriptor = petrel_datagram_bind(&address)
        _ = petrel_local_address(descriptor, &address)
        return (descriptor, address.port)
    }

    /// A listening stream socket and its port.
    static func listening() -> (descriptor: Int32, port: UInt16) {
        var address = petrel_address()
        _ = petrel_address_parse("127.0.0.1", 0, &address)
        let descriptor = petrel_listen(&address, false, 16)
        _ = petrel_local_address(descriptor, &address)
        return (descriptor, address.port)
    }

    /// Sends a question to a port and waits for the answer.
    static func ask(_ message: [UInt8], port: UInt16) -> [UInt8]? {
        var address = petrel_address()
        _ = petrel_address_parse("127.0.0.1", port, &address)
        let descriptor = petrel_datagram_connect(&address)
        defer { close(descriptor) }
        _ = message.withUnsafeBytes { petrel_send(descriptor, $0.baseAddress, $0.count) }
        return receive(descriptor)?.bytes
    }

    /// The next datagram within ten seconds.
    static func receive(_ descriptor: Int32) -> (bytes: [UInt8], peer: petrel_address)? {
        var wait = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        guard poll(&wait, 1, 10_000) == 1 else { return nil }
        var peer = petrel_address()
        var local = petrel_address()
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let count = buffer.withUnsafeMutableBytes {
            petrel_datagram_receive(descriptor, $0.baseAddress, $0.count, &peer, &local)
        }
        return count < 0 ? nil : (Array(buffer[0..<count]), peer)
    }
}

/// DNS messages of a test.
enum DNSText {
    static func name(_ text: String) -> [UInt8] {
        text.split(separator: ".").flatMap { [UInt8($0.utf8.count)] + Array($0.utf8) } + [0]
    }

    static func query(_ host: String, type: UInt16, id: UInt16 = 0x1234, edns: UInt16 = 0) -> [UInt8] {
        var bytes: [UInt8] = [UInt8(id >> 8), UInt8(id & 255), 1, 0, 0, 1, 0, 0, 0, 0, 0, edns > 0 ? 1 : 0]
        bytes += name(host) + [UInt8(type >> 8), UInt8(type & 255), 0, 1]
        if edns > 0 { bytes += [0, 0, 41, UInt8(edns >> 8), UInt8(edns & 255), 0, 0, 0, 0, 0, 0] }
        return bytes
    }

    /// An answer to `query` with records as given.
    static func answer(_ query: [UInt8], records: [[UInt8]], code: UInt8 = 0, truncated: Bool = false) -> [UInt8] {
        var end = 12
        while query[end] != 0 { end += Int(query[end]) + 1 }
        end += 5
        let flags: UInt8 = truncated ? 0x83 : 0x81
        return [query[0], query[1], flags, 0x80 | code, 0, 1, 0, UInt8(records.count), 0, 0, 0, 0] + query[12..<end]
            + records.flatMap { $0 }
    }

    static func record(_ type: UInt16, ttl: UInt32, data: [UInt8], owner: [UInt8] = [0xc0, 12]) -> [UInt8] {
        owner + [UInt8(type >> 8), UInt8(type & 255), 0, 1] + (0..<4).map { UInt8(truncatingIfNeeded: ttl >> (24 - UInt32($0) * 8)) }
            + [UInt8(data.count >> 8), UInt8(data.count & 255)] + data
    }

    static func addresses(_ message: [UInt8], type: UInt16 = 1) -> [[UInt8]] {
        var result: [[UInt8]] = []
        message.withUnsafeBufferPointer { buffer in
            let span = Span(_unsafeElements: buffer)
            guard var index = DNSMessage.questionEnd(span) else { return }
            for _ in 0..<Int(DNSMessage.number(span, 6)) {
                guard let record = DNSMessage.readRecord(span, index) else { return }
                if record.type == type { result.append(Array(message[record.dataStart..<record.end])) }
                index = record.end
            }
        }
        return result
    }
}
