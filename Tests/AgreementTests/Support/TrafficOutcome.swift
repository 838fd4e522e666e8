import Diagnostics
import PetrelTestKit

/// What became of a request or connection, as its sender sees it.
enum TrafficOutcome: Equatable, CustomStringConvertible {
    /// An origin got it.
    case request(cluster: String, path: String, host: String)
    /// An origin got the bytes.
    case bytes(cluster: String)
    /// The proxy answered.
    case answer(status: Int, location: String)
    /// The connection ended without an answer.
    case closed

    var description: String {
        switch self {
        case .request(let cluster, let path, let host): "\(cluster) got \(host)\(path)"
        case .bytes(let cluster): "\(cluster) got the bytes"
        case .answer(let status, let location): "answered \(status) \(location)"
        case .closed: "closed"
        }
    }

    /// What an explanation promises.
    init(_ explanation: Explanation, _ query: TrafficQuery) {
        let isAllowed = explanation.verdict == "allowed"
        if explanation.routeConfig.isEmpty {
            self = isAllowed ? .bytes(cluster: explanation.cluster) : .closed
        } else if isAllowed {
            self = .request(
                cluster: explanation.cluster, path: explanation.upstream.path, host: explanation.upstream.authority)
        } else {
            self = .answer(status: explanation.status, location: explanation.location)
        }
    }

    /// - Parameter isHTTP: whether the proxy was to understand the request.
    init(answer: String, isHTTP: Bool) {
        guard answer.hasPrefix("HTTP/1.1 ") else {
            let name = answer.hasPrefix("cluster ") ? answer.dropFirst(8).prefix { $0 != "\n" } : ""
            self = name.isEmpty ? .closed : .bytes(cluster: String(name))
            return
        }
        var headers: [String: String] = [:]
        for line in answer.split(separator: "\r\n") {
            let parts = line.split(separator: ":", maxSplits: 1)
            if parts.count == 2 { headers[parts[0].lowercased()] = String(parts[1].drop { $0 == " " }) }
        }
        guard let cluster = headers["x-seen-cluster"] else {
            self = .answer(status: Int(answer.dropFirst(9).prefix(3)) ?? 0, location: headers["location"] ?? "")
            return
        }
        self = isHTTP
            ? .request(cluster: cluster, path: headers["x-seen-path"] ?? "", host: headers["x-seen-host"] ?? "")
            : .bytes(cluster: cluster)
    }

    /// Equal, but for the cluster where a route divides its requests.
    func agrees(with other: TrafficOutcome, _ stage: StagedResources) -> Bool {
        switch (self, other) {
        case (.request(let cluster, let path, let host), .request(let got, let gotPath, let gotHost)):
            let alternatives = stage.alternatives(to: cluster)
            // Shares may change the host as well.
            return alternatives.contains(got) && path == gotPath && (host == gotHost || alternatives.count > 1)
        case (.bytes(let cluster), .bytes(let got)): return stage.alternatives(to: cluster).contains(got)
        default: return self == other
        }
    }
}

/// Sends a request or connection the way that a question describes it.
struct TrafficSender {
    let query: TrafficQuery
    let explanation: Explanation

    /// - Parameter announces: whether the connection begins by saying where
    ///   it was going (PROXY protocol).
    func send(to port: Int, announces: Bool) async -> TrafficOutcome {
        let stream: TCPStream
        do {
            stream = try await TCPStream.connect(to: "127.0.0.1", port: port)
            if announces { try await stream.send(announcement) }
            try await stream.send(payload)
        } catch {
            // Refused before all was said.
            return .closed
        }
        let bytes = (try? await stream.receiveToEnd(timeout: .seconds(15))) ?? stream.received
        await stream.close()
        let answer = String(decoding: bytes, as: UTF8.self)
        return TrafficOutcome(answer: answer, isHTTP: !explanation.routeConfig.isEmpty)
    }

    private var announcement: [UInt8] {
        let address = explanation.address
        let isV6 = address.contains(":")
        let source = isV6 ? "2001:db8::1" : "10.0.0.1"
        return Array("PROXY TCP\(isV6 ? 6 : 4) \(source) \(address) 40000 \(explanation.port)\r\n".utf8)
    }

    private var payload: [UInt8] {
        if query.tls != .plaintext {
            return ClientHello.bytes(name: query.sni.isEmpty ? query.host : query.sni)
        }
        guard query.protocol == .http else { return [1] + Array("bytes that are no request\n".utf8) }
        var text = "\(query.method.isEmpty ? "GET" : query.method) \(query.path.isEmpty ? "/" : query.path) HTTP/1.1\r\n"
        text += "host: \(query.host)\r\nconnection: close\r\n"
        for (name, value) in query.headers.sorted(by: { $0.key < $1.key }) { text += "\(name): \(value)\r\n" }
        return Array((text + "\r\n").utf8)
    }
}

/// The first message of a TLS client.
enum ClientHello {
    static func bytes(name: String) -> [UInt8] {
        func sized(_ bytes: [UInt8], _ width: Int) -> [UInt8] {
            (0..<width).reversed().map { UInt8(truncatingIfNeeded: bytes.count >> ($0 * 8)) } + bytes
        }
        var extensions = [UInt8]([0x00, 0x00]) + sized(sized([0] + sized(Array(name.utf8), 2), 2), 2)
        extensions += [0x00, 0x2b] + sized(sized([3, 4], 1), 2)
        var body: [UInt8] = [3, 3] + [UInt8](repeating: 7, count: 32)
        body += sized([], 1) + sized([0x13, 0x01], 2) + sized([0], 1) + sized(extensions, 2)
        return [0x16, 3, 1] + sized([1] + sized(body, 3), 2)
    }
}
