import DiscoveryServer
import EnvoyAPI
import Testing

@Suite struct StateOfTheWorldSessionTests {
    @Test func `each response to a wildcard holds everything`() throws {
        let session = Dialogue<StateOfTheWorldSession>()
        #expect(lines(session.handle(want(.cluster))).isEmpty)
        #expect(
            lines(session.handle(.resources(try snapshot(clusters: ["a": 1, "b": 1]))))
                == ["CDS #1 a b"])
        #expect(lines(session.handle(want(.cluster, nonce: "1"))) == ["ACK CDS #1"])
        #expect(lines(session.handle(want(.cluster, nonce: "1"))).isEmpty)
        #expect(
            lines(session.handle(.resources(try snapshot(clusters: ["a": 1])))) == ["CDS #2 a"])
        #expect(lines(session.handle(.resources(try snapshot(clusters: ["a": 1])))).isEmpty)
    }

    @Test func `a stale answer is ignored`() throws {
        let session = Dialogue<StateOfTheWorldSession>()
        _ = session.handle(.resources(try snapshot(clusters: ["a": 1])))
        _ = session.handle(want(.cluster))
        _ = session.handle(.resources(try snapshot(clusters: ["a": 2])))
        #expect(lines(session.handle(want(.cluster, nonce: "1"))).isEmpty)
        #expect(lines(session.handle(want(.cluster, nonce: "2"))) == ["ACK CDS #2"])
    }

    @Test func `new names are answered with what is new, fewer names with nothing`() throws {
        let session = Dialogue<StateOfTheWorldSession>()
        _ = session.handle(.resources(try snapshot(endpoints: ["a": 1, "b": 1])))
        #expect(lines(session.handle(want(.clusterLoadAssignment, "a"))) == ["EDS #1 a"])
        #expect(
            lines(session.handle(want(.clusterLoadAssignment, "a", "b", nonce: "1")))
                == ["ACK EDS #1", "EDS #2 b"])
        #expect(
            lines(session.handle(want(.clusterLoadAssignment, "b", nonce: "2"))) == ["ACK EDS #2"])
        #expect(
            lines(session.handle(.resources(try snapshot(endpoints: ["a": 2, "b": 2]))))
                == ["EDS #3 b"])
    }

    @Test func `after clusters, endpoints are sent again to who asks again`() throws {
        let session = Dialogue<StateOfTheWorldSession>()
        _ = session.handle(.resources(try snapshot(clusters: ["a": 1], endpoints: ["a": 1])))
        _ = session.handle(want(.cluster))
        _ = session.handle(want(.cluster, nonce: "1"))
        #expect(lines(session.handle(want(.clusterLoadAssignment, "a"))) == ["EDS #2 a"])
        _ = session.handle(want(.clusterLoadAssignment, "a", nonce: "2"))
        #expect(
            lines(
                session.handle(
                    .resources(try snapshot(clusters: ["a": 2], endpoints: ["a": 1]))))
                == ["CDS #3 a"])
        #expect(
            lines(session.handle(want(.clusterLoadAssignment, "a", nonce: "2"))) == ["EDS #4 a"])
        #expect(
            lines(session.handle(want(.clusterLoadAssignment, "a", nonce: "4"))) == ["ACK EDS #4"])
        #expect(lines(session.handle(want(.clusterLoadAssignment, "a", nonce: "4"))).isEmpty)
    }

    @Test func `after listeners, routes are sent again to who asks again`() throws {
        let session = Dialogue<StateOfTheWorldSession>()
        _ = session.handle(.resources(try snapshot(listeners: ["l": 1], routes: ["80": 1])))
        _ = session.handle(want(.listener))
        _ = session.handle(want(.routeConfiguration, "80"))
        _ = session.handle(want(.routeConfiguration, "80", nonce: "2"))
        _ = session.handle(
            .resources(try snapshot(listeners: ["l": 2], routes: ["80": 1])))
        #expect(
            lines(session.handle(want(.routeConfiguration, "80", nonce: "2"))) == ["RDS #4 80"])
    }

    @Test func `what was refused is not sent again until it changes`() throws {
        let session = Dialogue<StateOfTheWorldSession>()
        _ = session.handle(.resources(try snapshot(listeners: ["good": 1, "bad": 1])))
        _ = session.handle(want(.listener))
        #expect(
            lines(session.handle(want(.listener, nonce: "1", error: "bad: address in use")))
                == ["NACK LDS #1 bad: bad: address in use"])
        #expect(lines(session.handle(want(.listener, nonce: "1"))).isEmpty)
        #expect(
            lines(session.handle(.resources(try snapshot(listeners: ["good": 1, "bad": 1]))))
                .isEmpty)
        #expect(
            lines(session.handle(.resources(try snapshot(listeners: ["good": 1, "bad": 2]))))
                == ["LDS #2 bad good"])
    }

    @Test func `a type without names is no longer watched`() throws {
        let session = Dialogue<StateOfTheWorldSession>()
        _ = session.handle(.resources(try snapshot(routes: ["80": 1])))
        _ = session.handle(want(.routeConfiguration, "80"))
        #expect(
            lines(session.handle(want(.routeConfiguration, nonce: "1"))) == ["ACK RDS #1"])
        #expect(lines(session.handle(.resources(try snapshot(routes: ["80": 2])))).isEmpty)
    }

    @Test func `names without resources are answered, so that the proxy goes on`() throws {
        let session = Dialogue<StateOfTheWorldSession>()
        _ = session.handle(.resources(try snapshot()))
        #expect(lines(session.handle(want(.routeConfiguration, "80"))) == ["RDS #1"])
    }

    @Test func `a request without a nonce starts anew`() throws {
        let session = Dialogue<StateOfTheWorldSession>()
        _ = session.handle(.resources(try snapshot(clusters: ["a": 1])))
        _ = session.handle(want(.cluster))
        #expect(lines(session.handle(want(.cluster))) == ["CDS #2 a"])
    }
}
