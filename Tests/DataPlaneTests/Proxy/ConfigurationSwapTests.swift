import Glibc
import Synchronization
import Testing

@testable import DataPlane

@Suite struct ConfigurationSwapTests {
    @Test func newRequestsFollowANewConfiguration() throws {
        let first = try ScriptedOrigin.answering("first")
        let second = try ScriptedOrigin.answering("second")
        let resources = ProxyResources.proxy(to: ProxyResources.cluster(first.port))
        let proxy = try TestProxy(resources)
        let client = try proxy.connect()
        try client.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(try client.readMessage().body == "first")
        proxy.workload.publish(try ProxyResources.proxy(to: ProxyResources.cluster(second.port)).tables(after: resources.tables()))
        // The worker takes it at its next turn.
        var body = ""
        for _ in 0..<200 where body != "second" {
            try client.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            body = try client.readMessage().body
        }
        #expect(body == "second")
    }

    @Test func unchangedClustersKeepTheirConnections() throws {
        let origin = try ScriptedOrigin.answering("ok")
        let cluster = ProxyResources.cluster(origin.port)
        var tables = try ProxyResources.proxy(to: cluster).tables()
        let proxy = try TestProxy(.proxy(to: cluster))
        proxy.workload.publish(tables)
        let client = try proxy.connect()
        for round in 0..<50 {
            let route = ",\"timeout\":\"\(round + 1)s\""
            tables = try ProxyResources.proxy(to: cluster, route: route).tables(after: tables)
            proxy.workload.publish(tables)
            try client.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(try client.readMessage().body == "ok")
        }
        #expect(origin.connections == 1)
    }

    /// Two configurations alternate while clients never stop: no request may
    /// fail.
    @Test func losesNoRequest() throws {
        let first = try ScriptedOrigin.answering("a")
        let second = try ScriptedOrigin.answering("b")
        let one = ProxyResources.proxy(to: ProxyResources.cluster(first.port))
        let two = ProxyResources.proxy(to: ProxyResources.cluster(second.port))
        let proxy = try TestProxy(one)
        let failures = Mutex<[String]>([])
        let done = Atomic<Int>(0)
        let stop = Atomic<Bool>(false)
        for _ in 0..<4 {
            ScriptedOrigin.thread {
                defer { done.add(1, ordering: .relaxed) }
                do {
                    let client = try proxy.connect()
                    while !stop.load(ordering: .relaxed) {
                        try client.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
                        let answer = try client.readMessage()
                        if answer.startLine != "HTTP/1.1 200 OK" { failures.withLock { $0.append(answer.startLine) } }
                    }
                } catch {
                    failures.withLock { $0.append("\(error)") }
                }
            }
        }
        var tables = try one.tables()
        for round in 0..<300 {
            tables = try (round % 2 == 0 ? two : one).tables(after: tables)
            proxy.workload.publish(tables)
            usleep(1000)
        }
        stop.store(true, ordering: .relaxed)
        while done.load(ordering: .relaxed) < 4 { usleep(1000) }
        #expect(failures.withLock { $0 } == [])
        #expect(!first.notes.isEmpty && !second.notes.isEmpty)
    }

    @Test func drainingAnswersWhatIsUnderWay() async throws {
        let gate = Atomic<Bool>(false)
        let origin = try ScriptedOrigin { socket, origin in
            origin.note(try socket.readMessage())
            while !gate.load(ordering: .relaxed) { usleep(1000) }
            try socket.write("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok")
        }
        let proxy = try TestProxy(.proxy(to: ProxyResources.cluster(origin.port)))
        let client = try proxy.connect()
        try client.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        while origin.notes.isEmpty { usleep(1000) }
        proxy.plane.beginDraining(deadline: .seconds(10))
        // Draining closes the listeners first.
        while (try? proxy.connect()) != nil { usleep(1000) }
        gate.store(true, ordering: .relaxed)
        let answer = try client.readMessage()
        #expect(answer.body == "ok")
        #expect(answer["connection"] == "close")
        await proxy.plane.drain(deadline: .seconds(10))
        #expect(throws: RawSocket.Failure.self) { try proxy.connect() }
    }
}
