/// One HTTP/1.1 request on a connection of its own: the smallest client.
/// For anything odd on the wire, use ``TCPStream``.
public enum HTTPExchange {
    /// Sends a request and reads its answer.
    ///
    /// - Parameters:
    ///   - method: The method.
    ///   - target: The request target, as it goes on the wire.
    ///   - host: The `Host` field; nil takes the address.
    ///   - headers: Further header fields, in order.
    ///   - body: The body; its `Content-Length` is added if it is not empty.
    ///   - address: The server's address.
    ///   - port: The server's port.
    ///   - tls: TLS settings; nil is plain text.
    public static func send(
        _ method: String = "GET", _ target: String = "/", host: String? = nil,
        headers: [HeaderField] = [], body: [UInt8] = [],
        to address: String, port: Int, tls: ClientTLS? = nil,
        timeout: Duration? = .seconds(20)
    ) async throws -> HTTPAnswer {
        let stream = try await TCPStream.connect(
            to: address, port: port, tls: tls)
        var fields = [HeaderField("host", host ?? "\(address):\(port)")]
        fields += headers
        if !body.isEmpty {
            fields.append(HeaderField("content-length", "\(body.count)"))
        }
        let head = "\(method) \(target) HTTP/1.1\r\n"
            + fields.map { "\($0)\r\n" }.joined() + "\r\n"
        try await stream.send(Array(head.utf8) + body)
        let answer = try await stream.answer(to: method, timeout: timeout)
        await stream.close()
        return answer
    }
}

extension TCPStream {
    /// Waits for the next whole HTTP/1.1 answer and takes it from what
    /// ``next(timeout:)`` would return.
    ///
    /// - Parameter method: The request's method, which decides about a body.
    public func answer(
        to method: String = "GET", timeout: Duration? = .seconds(20)
    ) async throws -> HTTPAnswer {
        let state = try await inbox.wait(for: "HTTP answer", timeout: timeout) {
            $0.isFinished || $0.answer(to: method) != nil
        }
        guard let (answer, count) = state.answer(to: method) else {
            throw TestKitError(
                .malformed,
                "the peer ended without a whole answer after "
                    + "\(state.bytes.count - state.consumed) bytes"
                    + (state.error.map { ": \($0)" } ?? ""))
        }
        inbox.update { $0.consumed += count }
        return answer
    }
}

extension TCPStream.Inbox {
    fileprivate func answer(
        to method: String
    ) -> (answer: HTTPAnswer, count: Int)? {
        HTTPAnswer.parse(
            bytes[consumed...], method: method, isFinished: isFinished)
    }
}
