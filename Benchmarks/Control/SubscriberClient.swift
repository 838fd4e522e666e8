internal import EnvoyAPI
internal import Foundation
internal import SwiftProtobuf

/// One simulated proxy: HTTP/2 and gRPC as far as one stream of delta xDS needs
/// them, on a socket of its own. It acknowledges all that it gets.
struct SubscriberClient {
    typealias Request = Envoy_Service_Discovery_V3_DeltaDiscoveryRequest

    let descriptor: Int32
    /// Bytes that came, headers of frames and all.
    private(set) var bytesReceived = 0
    /// Responses that came whole.
    private(set) var responses = 0
    /// When the last of them did.
    private(set) var lastResponse = 0.0
    /// By type, the responses that came.
    private(set) var types: [String: Int] = [:]

    private var frameHeader: [UInt8] = []
    private var frameRest = 0
    private var frameType: UInt8 = 0
    private var frameFlags: UInt8 = 0
    private var control: [UInt8] = []
    private var messageHeader: [UInt8] = []
    private var messageRest = 0
    private var tail: [UInt8] = []

    init(port: UInt16, node: Envoy_Config_Core_V3_Node, routes: [String], names: [(String, [String])] = []) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = in_addr_t(0x7f00_0001).bigEndian
        let length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let descriptor = descriptor
        let status = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(descriptor, $0, length) }
        }
        guard status == 0 else { throw BenchFailure("connect: \(String(cString: strerror(errno)))") }
        var one: Int32 = 1
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &one, socklen_t(MemoryLayout<Int32>.size))
        var hello = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)
        hello += Self.frame(4, 0, 0, [0, 4, 0x7f, 0xff, 0xff, 0xff])
        hello += Self.frame(8, 0, 0, [0x7f, 0xfe, 0, 0])
        hello += Self.frame(1, 4, 1, Self.headers)
        var first = Request()
        first.node = node
        first.typeURL = EnvoyTypeURL.cluster.rawValue
        hello += Self.message(first)
        var listeners = Request()
        listeners.typeURL = EnvoyTypeURL.listener.rawValue
        hello += Self.message(listeners)
        for (type, wanted) in [(EnvoyTypeURL.routeConfiguration.rawValue, routes)] + names where !wanted.isEmpty {
            var request = Request()
            request.typeURL = type
            request.resourceNamesSubscribe = wanted
            hello += Self.message(request)
        }
        write(hello)
    }

    private static let headers: [UInt8] = {
        func literal(_ name: String, _ value: String) -> [UInt8] {
            [0, UInt8(name.utf8.count)] + Array(name.utf8) + [UInt8(value.utf8.count)] + Array(value.utf8)
        }
        let path = "/envoy.service.discovery.v3.AggregatedDiscoveryService/DeltaAggregatedResources"
        return literal(":method", "POST") + literal(":scheme", "http") + literal(":path", path)
            + literal(":authority", "localhost") + literal("content-type", "application/grpc") + literal("te", "trailers")
    }()

    private static func frame(_ type: UInt8, _ flags: UInt8, _ stream: UInt8, _ payload: [UInt8]) -> [UInt8] {
        let count = payload.count
        return [UInt8(count >> 16 & 255), UInt8(count >> 8 & 255), UInt8(count & 255), type, flags, 0, 0, 0, stream] + payload
    }

    private static func message(_ request: Request) -> [UInt8] {
        let body: [UInt8] = (try? request.serializedBytes()) ?? []
        let count = body.count
        return frame(0, 0, 1, [0, UInt8(count >> 24 & 255), UInt8(count >> 16 & 255), UInt8(count >> 8 & 255), UInt8(count & 255)] + body)
    }

    private func write(_ bytes: [UInt8]) {
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes { send(descriptor, $0.baseAddress! + sent, bytes.count - sent, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { return }
            sent += count
        }
    }

    /// Takes in what was read from the socket.
    mutating func receive(_ bytes: ArraySlice<UInt8>) {
        bytesReceived += bytes.count
        var rest = bytes
        while !rest.isEmpty {
            if frameHeader.count < 9 {
                let part = rest.prefix(9 - frameHeader.count)
                frameHeader += part
                rest = rest.dropFirst(part.count)
                guard frameHeader.count == 9 else { return }
                frameRest = Int(frameHeader[0]) << 16 | Int(frameHeader[1]) << 8 | Int(frameHeader[2])
                frameType = frameHeader[3]
                frameFlags = frameHeader[4]
                control = []
            }
            let part = rest.prefix(frameRest)
            rest = rest.dropFirst(part.count)
            frameRest -= part.count
            if frameType == 0 { data(part) } else { control += part }
            if frameRest == 0 { endFrame() }
        }
    }

    private mutating func endFrame() {
        frameHeader = []
        if frameType == 4, frameFlags & 1 == 0 { write(Self.frame(4, 1, 0, [])) }
        if frameType == 6, frameFlags & 1 == 0 { write(Self.frame(6, 1, 0, control)) }
    }

    private mutating func data(_ bytes: ArraySlice<UInt8>) {
        var rest = bytes
        while !rest.isEmpty {
            if messageHeader.count < 5 {
                let part = rest.prefix(5 - messageHeader.count)
                messageHeader += part
                rest = rest.dropFirst(part.count)
                guard messageHeader.count == 5 else { return }
                messageRest = messageHeader.dropFirst().reduce(0) { $0 << 8 | Int($1) }
                tail = []
            }
            let part = rest.prefix(messageRest)
            rest = rest.dropFirst(part.count)
            messageRest -= part.count
            tail += part.suffix(4096)
            if tail.count > 16_384 { tail.removeFirst(tail.count - 4096) }
            if messageRest == 0 {
                messageHeader = []
                answer()
            }
        }
    }

    /// Type and nonce stand behind the resources, and are short.
    private mutating func answer() {
        responses += 1
        lastResponse = Meter.now
        let mark = Array("type.googleapis.com/".utf8)
        var index = tail.count - mark.count
        while index >= 2 {
            defer { index -= 1 }
            guard tail[index - 2] == 0x22, tail[index..<index + mark.count].elementsEqual(mark) else { continue }
            let end = index + Int(tail[index - 1])
            guard end + 2 <= tail.count, tail[end] == 0x2a else { continue }
            var request = Request()
            request.typeURL = String(decoding: tail[index..<end], as: UTF8.self)
            request.responseNonce = String(decoding: tail[(end + 2)..<(end + 2 + Int(tail[end + 1]))], as: UTF8.self)
            types[request.typeURL, default: 0] += 1
            write(Self.message(request))
            return
        }
    }
}
