import Glibc
import Synchronization
import Testing
import TrafficModel

@testable import DataPlane

@Suite struct ClusterHealthTests {
    /// A cluster with several ports of 127.0.0.1, each with its priority.
    private func cluster(_ ports: [(port: UInt16, priority: Int)], _ extra: String) -> String {
        let groups = ports.map {
            """
            {"priority":\($0.priority),"lbEndpoints":[{"endpoint":{"address":{"socketAddress":{"address":"127.0.0.1","portValue":\($0.port)}}}}]}
            """
        }
        return """
            {"name":"origin","type":"STATIC","connectTimeout":"2s","loadAssignment":{"clusterName":"origin","endpoints":[\
            \(groups.joined(separator: ","))]}\(extra)}
            """
    }

    private func get(_ proxy: TestProxy, _ path: String = "/") throws -> HTTPText {
        try proxy.exchange("GET \(path) HTTP/1.1\r\nHost: x\r\n\r\n")
    }

    @Test func anEndpointThatFailsInARowIsLeftOut() throws {
        let bad = try ScriptedOrigin { socket, origin in
            while true {
                origin.note(try socket.readMessage())
                try socket.write("HTTP/1.1 500 Oops\r\ncontent-length: 3\r\n\r\nbad")
            }
        }
        let good = try ScriptedOrigin.answering("good")
        let outlier = """
            ,"outlierDetection":{"consecutive5xx":3,"baseEjectionTime":"600s","maxEjectionTime":"600s","maxEjectionPercent":50,"interval":"600s"},\
            "commonLbConfig":{"healthyPanicThreshold":{"value":0}}
            """
        // Workers share what they find out.
        let proxy = try TestProxy(.proxy(to: cluster([(bad.port, 0), (good.port, 0)], outlier))) { $0.concurrency = 2 }
        for _ in 0..<40 { _ = try get(proxy) }
        #expect(bad.notes.count == 3)
        #expect(good.notes.count == 37)
    }

    @Test func refusedConnectionsCountAsFailures() throws {
        let gone = try ScriptedOrigin { _, _ in }
        gone.close()
        let good = try ScriptedOrigin.answering("good")
        let outlier = """
            ,"outlierDetection":{"consecutiveLocalOriginFailure":2,"splitExternalLocalOriginErrors":true,"baseEjectionTime":"600s",\
            "maxEjectionTime":"600s","maxEjectionPercent":100,"interval":"600s"},"commonLbConfig":{"healthyPanicThreshold":{"value":0}}
            """
        let proxy = try TestProxy(.proxy(to: cluster([(gone.port, 0), (good.port, 0)], outlier)))
        var failures = 0
        for _ in 0..<20 where try get(proxy).body != "good" { failures += 1 }
        #expect(failures == 2)
    }

    @Test(arguments: [true, false])
    func checksDecideWhoGetsRequests(http: Bool) throws {
        // The first priority is out: the second takes everything.
        let sick = try ScriptedOrigin { socket, origin in
            while true {
                let request = try socket.readMessage()
                if !request.startLine.contains("/health") { origin.note(request) }
                try socket.write("HTTP/1.1 503 No\r\ncontent-length: 4\r\n\r\nsick")
            }
        }
        if !http { sick.close() }
        let well = try ScriptedOrigin.answering("well")
        let checker = http ? #""httpHealthCheck":{"path":"/health","host":"checked.example"}"# : #""tcpHealthCheck":{}"#
        let extra = """
            ,"healthChecks":[{"interval":"0.05s","timeout":"2s","noTrafficInterval":"0.05s","unhealthyThreshold":2,"healthyThreshold":1,\(checker)}],\
            "commonLbConfig":{"healthyPanicThreshold":{"value":0}}
            """
        let proxy = try TestProxy(.proxy(to: cluster([(sick.port, 0), (well.port, 1)], extra)))
        // Until the first check nobody is healthy.
        var answer = try get(proxy)
        for _ in 0..<2000 where answer.body != "well" {
            #expect(answer["x-petrel-reason"] == "no-endpoint", "\(answer.body)")
            answer = try get(proxy)
        }
        for _ in 0..<20 { #expect(try get(proxy).body == "well") }
        #expect(sick.notes.isEmpty)
        if http { #expect(well.notes.contains { $0.hasPrefix("GET /health HTTP/1.1\nhost: checked.example") }) }
    }

    @Test func checksMayExpectBytes() throws {
        let well = try ScriptedOrigin { socket, origin in
            guard let first = socket.readSome() else { return }
            if first == Array("ping".utf8) {
                try socket.write("..po")
                try socket.write("ng..")
                return
            }
            origin.note("request")
            try socket.write("HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nwell")
        }
        let check = #""tcpHealthCheck":{"send":{"text":"70696e67"},"receive":[{"text":"706f"},{"text":"6e67"}]}"#
        let extra = """
            ,"healthChecks":[{"interval":"0.05s","timeout":"2s","noTrafficInterval":"0.05s","unhealthyThreshold":1,"healthyThreshold":1,\(check)}],\
            "commonLbConfig":{"healthyPanicThreshold":{"value":0}}
            """
        let proxy = try TestProxy(.proxy(to: cluster([(well.port, 0)], extra)))
        var answer = try get(proxy)
        for _ in 0..<2000 where answer.body != "well" { answer = try get(proxy) }
        #expect(answer.body == "well")
    }

    @Test func breakersCountOverAllWorkers() throws {
        let gate = Atomic<Bool>(false)
        let origin = try ScriptedOrigin { socket, origin in
            while true {
                origin.note(try socket.readMessage())
                while !gate.load(ordering: .acquiring) { usleep(1000) }
                try socket.write("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok")
            }
        }
        let extra = """
            ,"circuitBreakers":{"thresholds":[{"maxConnections":100,"maxPendingRequests":100,"maxRequests":3}]}
            """
        let proxy = try TestProxy(.proxy(to: ProxyResources.cluster(origin.port, extra: extra))) { $0.concurrency = 3 }
        var sockets: [RawSocket] = []
        for _ in 0..<3 {
            let socket = try proxy.connect()
            try socket.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            sockets.append(socket)
        }
        while origin.notes.count < 3 { usleep(1000) }
        // The kernel spreads these over the workers; each knows of the others.
        for _ in 0..<6 {
            let answer = try get(proxy)
            #expect(answer["x-petrel-reason"] == "upstream-overflow")
        }
        gate.store(true, ordering: .releasing)
        for socket in sockets { #expect(try socket.readMessage().body == "ok") }
        #expect(try get(proxy).body == "ok")
    }

    @Test func requestsWaitForAConnectionWithinTheLimit() throws {
        let gate = Atomic<Bool>(false)
        let origin = try ScriptedOrigin { socket, origin in
            while true {
                origin.note(try socket.readMessage())
                while !gate.load(ordering: .acquiring) { usleep(1000) }
                try socket.write("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok")
            }
        }
        let extra = #","circuitBreakers":{"thresholds":[{"maxConnections":1,"maxPendingRequests":1}]}"#
        let proxy = try TestProxy(.proxy(to: ProxyResources.cluster(origin.port, extra: extra)))
        let first = try proxy.connect()
        try first.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        while origin.notes.isEmpty { usleep(1000) }
        // One waits; who comes second is refused.
        let others = try (0..<2).map { _ in try proxy.connect() }
        for other in others { try other.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n") }
        let wait = others.map { pollfd(fd: $0.descriptor, events: Int16(POLLIN), revents: 0) }
        var polls = wait
        _ = poll(&polls, 2, 10_000)
        let refused = polls[0].revents != 0 ? 0 : 1
        #expect(try others[refused].readMessage()["x-petrel-reason"] == "upstream-overflow")
        gate.store(true, ordering: .releasing)
        #expect(try first.readMessage().body == "ok")
        #expect(try others[1 - refused].readMessage().body == "ok")
        #expect(origin.connections == 1)
    }
}
