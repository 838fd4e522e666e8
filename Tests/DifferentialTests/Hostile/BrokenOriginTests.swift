import ProxyTestSupport
import Testing

/// An origin whose connection ends at each byte of its response.
@Suite("Faults: origins that break off")
struct BrokenOriginTests {
    @Test("a response that is cut anywhere never looks whole", arguments: [OriginStep.reset, .close])
    func cutEverywhere(_ end: OriginStep) async throws {
        try await BackgroundThread.run {
            let proxy = try SoloProxy(SoloProxy.http)
            for text in [
                "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello",
                "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
            ] {
                let response = Array(text.utf8)
                for count in response.indices {
                    proxy.origins[0].play([[.send(Array(response[..<count])), end]])
                    let socket = try BlockingSocket(port: proxy.port)
                    socket.send("POST / HTTP/1.1\r\nhost: t\r\ncontent-length: 1\r\nconnection: close\r\n\r\nx")
                    let (bytes, _) = socket.receiveToEnd()
                    let message = HTTPMessageText(bytes, .init(isAtEnd: true))
                    #expect(message?.status != 200, "after \(count) bytes of \(text.debugDescription)")
                }
            }
            proxy.origins[0].play([[.send(Array("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok".utf8))]])
            #expect(try proxy.isAlive())
        }
    }
}
