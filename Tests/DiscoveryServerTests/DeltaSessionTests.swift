import DiscoveryServer
import EnvoyAPI
import SwiftProtobuf
import Testing

@Suite struct DeltaSessionTests {
    @Test func `nothing is answered before there are resources`() throws {
        let session = Dialogue<DeltaSession>()
        #expect(lines(session.handle(ask(.cluster))).isEmpty)
        #expect(lines(session.handle(ask(.clusterLoadAssignment, "a"))).isEmpty)
        #expect(
            lines(session.handle(.resources(try snapshot(clusters: ["a": 1], endpoints: ["a": 1]))))
                == ["CDS #1 +a", "EDS #2 +a"])
    }

    @Test func `a wildcard is answered even with nothing, for the proxy waits`() throws {
        let session = Dialogue<DeltaSession>()
        _ = session.handle(.resources(try snapshot()))
        #expect(lines(session.handle(ask(.cluster))) == ["CDS #1"])
        #expect(lines(session.handle(ask(.cluster, nonce: "1"))) == ["ACK CDS #1"])
    }

    @Test func `an ACK is noted and never answered`() throws {
        let session = Dialogue<DeltaSession>()
        _ = session.handle(.resources(try snapshot(clusters: ["a": 1])))
        _ = session.handle(ask(.cluster))
        #expect(lines(session.handle(ask(.cluster, nonce: "1"))) == ["ACK CDS #1"])
        #expect(lines(session.handle(ask(.cluster, nonce: "1"))).isEmpty)
        #expect(lines(session.handle(ask(.cluster, nonce: "77"))).isEmpty)
    }

    @Test func `only what changed is sent, and what is gone is named`() throws {
        let session = Dialogue<DeltaSession>()
        _ = session.handle(.resources(try snapshot(listeners: ["a": 1, "b": 1, "c": 1])))
        #expect(lines(session.handle(ask(.listener))) == ["LDS #1 +a +b +c"])
        #expect(
            lines(session.handle(.resources(try snapshot(listeners: ["a": 1, "b": 2, "d": 1]))))
                == ["LDS #2 +b +d -c"])
        #expect(
            lines(session.handle(.resources(try snapshot(listeners: ["a": 1, "b": 2, "d": 1]))))
                .isEmpty)
    }

    @Test func `types go out in the order of their references, and clusters go last`() throws {
        let session = Dialogue<DeltaSession>()
        _ = session.handle(
            .resources(
                try snapshot(
                    clusters: ["old": 1], endpoints: ["old": 1], listeners: ["l": 1],
                    routes: ["80": 1])))
        for event in [
            ask(.routeConfiguration, "80"), ask(.listener), ask(.cluster),
            ask(.clusterLoadAssignment, "old", "new"),
        ] {
            _ = session.handle(event)
        }
        #expect(
            lines(
                session.handle(
                    .resources(
                        try snapshot(
                            clusters: ["new": 1], endpoints: ["new": 1], listeners: ["l": 2],
                            routes: ["80": 2])))) == [
                    "CDS #5 +new", "EDS #6 +new", "LDS #7 +l", "RDS #8 +80", "CDS #9 -old",
                    "EDS #10 -old",
                ])
    }

    @Test func `what doesn't exist is named as removed, once, and sent when it appears`() throws {
        let session = Dialogue<DeltaSession>()
        _ = session.handle(.resources(try snapshot()))
        #expect(lines(session.handle(ask(.routeConfiguration, "80"))) == ["RDS #1 -80"])
        #expect(lines(session.handle(.resources(try snapshot(routes: ["90": 1])))).isEmpty)
        #expect(
            lines(session.handle(.resources(try snapshot(routes: ["80": 1])))) == ["RDS #2 +80"])
    }

    @Test func `a name asked for again is sent again`() throws {
        let session = Dialogue<DeltaSession>()
        _ = session.handle(.resources(try snapshot(routes: ["80": 1, "90": 1])))
        #expect(lines(session.handle(ask(.routeConfiguration, "80"))) == ["RDS #1 +80"])
        #expect(
            lines(session.handle(ask(.routeConfiguration, "80", "90", nonce: "1")))
                == ["ACK RDS #1", "RDS #2 +80 +90"])
        #expect(lines(session.handle(ask(.routeConfiguration, drop: ["80"]))).isEmpty)
        #expect(
            lines(session.handle(.resources(try snapshot(routes: ["80": 2, "90": 2]))))
                == ["RDS #3 +90"])
    }

    @Test func `changes of the subscription in a stale answer count`() throws {
        let session = Dialogue<DeltaSession>()
        _ = session.handle(.resources(try snapshot(routes: ["80": 1, "90": 1])))
        _ = session.handle(ask(.routeConfiguration, "80"))
        #expect(
            lines(session.handle(ask(.routeConfiguration, "90", nonce: "old"))) == ["RDS #2 +90"])
    }

    @Test func `a changed cluster brings its endpoints again`() throws {
        let session = Dialogue<DeltaSession>()
        let before = try snapshot(clusters: ["a": 1, "b": 1], endpoints: ["a": 1, "b": 1])
        _ = session.handle(.resources(before))
        _ = session.handle(ask(.cluster))
        _ = session.handle(ask(.clusterLoadAssignment, "a", "b"))
        #expect(
            lines(
                session.handle(
                    .resources(
                        try snapshot(clusters: ["a": 2, "b": 1], endpoints: ["a": 1, "b": 1]))))
                == ["CDS #3 +a", "EDS #4 +a"])
    }

    @Test func `a reconnecting proxy gets what it lacks and hears what is gone`() throws {
        let now = try snapshot(clusters: ["a": 1, "b": 2], routes: ["80": 1])
        let session = Dialogue<DeltaSession>()
        _ = session.handle(.resources(now))
        let version = try #require(now[.cluster("a")]?.version)
        #expect(
            lines(session.handle(ask(.cluster, have: ["a": version, "b": "old", "c": "old"])))
                == ["CDS #1 +b -c"])
        let route = try #require(now[.route("80")]?.version)
        #expect(lines(session.handle(ask(.routeConfiguration, "80", have: ["80": route]))).isEmpty)
    }

    @Test func `what was refused is not sent again until it changes`() throws {
        let session = Dialogue<DeltaSession>()
        _ = session.handle(.resources(try snapshot(clusters: ["good": 1, "bad": 1])))
        _ = session.handle(ask(.cluster))
        #expect(
            lines(session.handle(ask(.cluster, nonce: "1", error: "cluster bad: no")))
                == ["NACK CDS #1 bad: cluster bad: no"])
        #expect(
            lines(session.handle(.resources(try snapshot(clusters: ["good": 1, "bad": 1]))))
                .isEmpty)
        #expect(
            lines(session.handle(.resources(try snapshot(clusters: ["good": 2, "bad": 1]))))
                == ["CDS #2 +good"])
        #expect(
            lines(session.handle(.resources(try snapshot(clusters: ["good": 2, "bad": 2]))))
                == ["CDS #3 +bad"])
    }

    @Test func `an error that names no resource is about all of them`() throws {
        let session = Dialogue<DeltaSession>()
        _ = session.handle(.resources(try snapshot(listeners: ["x1": 1, "x2": 1])))
        _ = session.handle(ask(.listener))
        #expect(
            lines(session.handle(ask(.listener, nonce: "1", error: "out of memory")))
                == ["NACK LDS #1 x1,x2: out of memory"])
    }

    @Test func `a wildcard can be taken back, and names stay`() throws {
        let session = Dialogue<DeltaSession>()
        _ = session.handle(.resources(try snapshot(clusters: ["a": 1, "b": 1])))
        #expect(lines(session.handle(ask(.cluster, "*", "a"))) == ["CDS #1 +a +b"])
        #expect(lines(session.handle(ask(.cluster, drop: ["*"]))).isEmpty)
        #expect(
            lines(session.handle(.resources(try snapshot(clusters: ["a": 2, "b": 2]))))
                == ["CDS #2 +a"])
    }

    @Test func `after the end nothing is answered`() throws {
        let session = Dialogue<DeltaSession>()
        _ = session.handle(.resources(try snapshot(clusters: ["a": 1])))
        _ = session.handle(.closed)
        #expect(lines(session.handle(ask(.cluster))).isEmpty)
    }

    @Test func `a proxy that never answers is served all the same`() throws {
        let session = Dialogue<DeltaSession>()
        _ = session.handle(ask(.cluster))
        for content in 1...200 {
            #expect(
                session.handle(.resources(try snapshot(clusters: ["a": content]))).count == 1)
        }
        #expect(lines(session.handle(ask(.cluster, nonce: "1"))).isEmpty)
        #expect(lines(session.handle(ask(.cluster, nonce: "200"))) == ["ACK CDS #200"])
    }
}
