import Glibc
import Testing

@testable import DataPlane

@Suite struct AccessLogTests {
    /// Runs `body` against a proxy that logs to a pipe; the first line.
    private func line(_ format: AccessLogFormat, _ resources: ProxyResources, _ request: String) throws -> String {
        var ends: [Int32] = [0, 0]
        #expect(pipe(&ends) == 0)
        let write = ends[1]
        let proxy = try TestProxy(resources) { configuration in
            configuration.accessLog = format
            configuration.accessLogDescriptor = write
            configuration.accessLogFlushInterval = .milliseconds(1)
        }
        _ = try proxy.exchange(request)
        proxy.plane.stop()
        close(write)
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = read(ends[0], &buffer, buffer.count)
            if count <= 0 { break }
            bytes += buffer[0..<count]
        }
        close(ends[0])
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test func writesIstiosTextFormat() throws {
        let origin = try ScriptedOrigin.answering("hello")
        let text = try line(
            .text, .proxy(to: ProxyResources.cluster(origin.port)),
            "GET /p?q HTTP/1.1\r\nHost: h.example\r\nUser-Agent: a\"b\r\nX-Request-Id: id1\r\nAuthorization: Bearer canary\r\n\r\n")
        #expect(text.hasPrefix("[20"))
        #expect(text.contains("] \"GET /p?q HTTP/1.1\" 200 - via_upstream - \"-\" 0 5 "))
        #expect(text.contains(" \"-\" \"a\\\"b\" \"id1\" \"h.example\" \"127.0.0.1:\(origin.port)\" origin 127.0.0.1:"))
        #expect(text.hasSuffix(" - main\n"))
        #expect(!text.contains("canary"))
    }

    @Test func writesJSON() throws {
        let text = try line(
            .json, .proxy(to: ProxyResources.cluster(1)), "GET /e HTTP/1.1\r\nHost: h.example\r\n\r\n")
        #expect(text.hasPrefix("{\"start_time\":\"20"))
        #expect(text.contains("\"response_code\":503,\"response_flags\":\"UF\",\"response_code_details\":\"upstream-connect-failure\""))
        #expect(text.contains("\"upstream_transport_failure_reason\":\"the connection could not be opened\"") || text.contains("refused"))
        #expect(text.hasSuffix("\"route_name\":\"main\"}\n"))
    }
}
