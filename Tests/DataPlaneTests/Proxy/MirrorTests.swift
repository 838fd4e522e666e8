import Glibc
import Testing

@testable import DataPlane

@Suite struct MirrorTests {
    private func proxy(_ origin: ScriptedOrigin, _ mirror: UInt16, _ policy: String) throws -> TestProxy {
        try TestProxy(
            .http(
                """
                {"name":"all","domains":["*"],"routes":[{"match":{"prefix":"/"},"route":{"cluster":"origin",\
                "prefixRewrite":"/v2/","requestMirrorPolicies":[\(policy)]}}]}
                """, clusters: [ProxyResources.cluster(origin.port), ProxyResources.cluster(mirror, name: "mirror")]))
    }

    private func wait(_ origin: ScriptedOrigin, _ count: Int) {
        for _ in 0..<1000 where origin.notes.count < count { usleep(2000) }
    }

    @Test func aCopyGoesToTheMirrorAndItsAnswerNowhere() throws {
        let origin = try ScriptedOrigin.answering("ok")
        let mirror = try ScriptedOrigin.answering(String(repeating: "no", count: 50_000))
        let proxy = try proxy(origin, mirror.port, #"{"cluster":"mirror"}"#)
        let client = try proxy.connect()
        let body = String(repeating: "b", count: 100_000)
        for round in 1...3 {
            try client.write("POST /x HTTP/1.1\r\nHost: api.example:8080\r\nContent-Length: 100000\r\n\r\n\(body)")
            #expect(try client.readMessage().body == "ok")
            wait(mirror, round)
        }
        #expect(mirror.notes.count == 3 && origin.notes.count == 3)
        #expect(mirror.notes[0].hasPrefix("POST /v2/x HTTP/1.1\nhost: api.example-shadow:8080\n"))
        #expect(origin.notes[0].hasPrefix("POST /v2/x HTTP/1.1\nhost: api.example:8080\n"))
        #expect(mirror.notes.allSatisfy { $0.hasSuffix(body) })
        // The mirror's connection serves one copy after the other.
        #expect(mirror.connections == 1)
    }

    @Test func theHostStaysWhereTheMirrorSaysSo() throws {
        let origin = try ScriptedOrigin.answering("ok")
        let mirror = try ScriptedOrigin.answering("no")
        let proxy = try proxy(
            origin, mirror.port, #"{"cluster":"mirror","disableShadowHostSuffixAppend":true}"#)
        #expect(try proxy.exchange("GET / HTTP/1.1\r\nHost: a\r\n\r\n").body == "ok")
        wait(mirror, 1)
        #expect(mirror.notes.first?.contains("host: a\n") == true)
    }

    @Test func aMirrorThatIsAwayOrNotChosenChangesNothing() throws {
        let origin = try ScriptedOrigin.answering("ok")
        let away = try ScriptedOrigin { socket, _ in socket.resetOnClose() }
        let first = try proxy(origin, away.port, #"{"cluster":"mirror"},{"cluster":"none"}"#)
        for _ in 0..<3 { #expect(try first.exchange("GET / HTTP/1.1\r\nHost: a\r\n\r\n").body == "ok") }
        let mirror = try ScriptedOrigin.answering("no")
        let never = try proxy(
            origin, mirror.port, #"{"cluster":"mirror","runtimeFraction":{"defaultValue":{"numerator":0}}}"#)
        for _ in 0..<3 { #expect(try never.exchange("GET / HTTP/1.1\r\nHost: a\r\n\r\n").body == "ok") }
        #expect(mirror.connections == 0)
    }
}
