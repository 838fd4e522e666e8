internal import NIOCore
internal import NIOHTTP1

/// One connection of an ``Origin``: reads requests one by one, records them
/// and writes the answers.
struct OriginConnection: Sendable {
    let number: Int
    let stream: NIOAsyncChannel<HTTPServerRequestPart, ByteBuffer>
    let requests: ObservedState<[OriginRequest]>
    let recorder: ConnectionRecorder
    let reading: Gate?
    let handler: Origin.Handler

    /// Serves until either side ends the connection.
    func serve() async {
        do {
            try await stream.executeThenClose { inbound, outbound in
                try await reading?.wait()
                var request: OriginRequest?
                for try await part in inbound {
                    switch part {
                    case .head(let head):
                        request = begin(head)
                        if head.headers[canonicalForm: "expect"]
                            .contains("100-continue")
                        {
                            try await outbound.write(
                                ByteBuffer(
                                    string: "HTTP/1.1 100 Continue\r\n\r\n"))
                        }
                    case .body(let bytes):
                        request?.body += Array(bytes.readableBytesView)
                    case .end(let trailers):
                        request?.trailers = fields(trailers)
                        guard let complete = request else { return }
                        request = nil
                        guard try await answer(complete, outbound) else {
                            return
                        }
                    }
                }
            }
        } catch {
            // The client left or was cut off: the connection's record says so.
        }
    }

    private func begin(_ head: HTTPRequestHead) -> OriginRequest {
        OriginRequest(
            number: 0, connection: number, method: head.method.rawValue,
            target: head.uri,
            version: "HTTP/\(head.version.major).\(head.version.minor)",
            headers: fields(head.headers), body: [], trailers: [],
            tls: recorder.connection(number).tls)
    }

    private func fields(_ headers: HTTPHeaders?) -> [HeaderField] {
        (headers ?? [:]).map { HeaderField($0.name, $0.value) }
    }

    /// Records the request and answers it; false ends the connection.
    private func answer(
        _ request: OriginRequest,
        _ outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>
    ) async throws -> Bool {
        let numbered = requests.update { requests in
            var numbered = request
            numbered.number = requests.count
            requests.append(numbered)
            return numbered
        }
        let response = await handler(numbered)
        try await response.gate?.wait()
        let bytes = response.encoded(forMethod: request.method)
        switch response.cut {
        case nil:
            try await write(bytes[...], outbound)
            let wantsClose = request.headers.values(named: "connection")
                .contains { $0.lowercased() == "close" }
            return !(response.endsConnection || wantsClose)
        case .close(let count):
            try await write(bytes.prefix(count), outbound)
            await AbruptCloser.close(stream.channel)
            return false
        case .reset(let count):
            try await write(bytes.prefix(count), outbound)
            await AbruptCloser.reset(stream.channel)
            return false
        case .stall(let count, let gate):
            try await write(bytes.prefix(count), outbound)
            try await gate.wait()
            try await write(bytes.dropFirst(count), outbound)
            return !response.endsConnection
        }
    }

    private func write(
        _ bytes: ArraySlice<UInt8>,
        _ outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>
    ) async throws {
        guard !bytes.isEmpty else { return }
        try await outbound.write(ByteBuffer(bytes: bytes))
    }
}
