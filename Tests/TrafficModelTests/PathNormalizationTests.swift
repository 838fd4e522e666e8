import Testing

@testable import TrafficModel

struct PathNormalizationTests {
    private func run(_ path: String, _ manager: ConnectionManagerPlan) -> (PathNormalization, String) {
        var outcome = PathNormalization.unchanged
        let text = ByteWriter.string { writer in
            outcome = path.withBuffer { manager.normalize(path: $0, into: &writer) }
        }
        return (outcome, outcome == .changed || outcome == .redirected ? text : path)
    }

    @Test(arguments: [
        ("/", "/"), ("/a/b?c=/../d", "/a/b?c=/../d"), ("/a/./b", "/a/b"), ("/a/../b", "/b"), ("/../a", "/a"),
        ("/a/..", "/"), ("/a/.", "/a/"), ("/a/b/../../c", "/c"), ("/%61", "/a"), ("/%2e%2e/a", "/a"),
        ("/a%2fb", "/a%2fb"), ("/a\\b", "/a/b"), ("/a//b", "/a//b"), ("/a b", "/a%20b"), ("/%zz", "/%zz"),
        ("/ä", "/%C3%A4"), ("/...", "/..."), ("/.a", "/.a"), ("/a/.?x", "/a/?x"),
    ])
    func dotSegmentsAndEscapesAreResolved(path: String, expected: String) {
        var manager = ConnectionManagerPlan()
        manager.normalizesPath = true
        #expect(run(path, manager).1 == expected)
    }

    @Test(arguments: [("//a///b?//", "/a/b?//"), ("/a/b", "/a/b")])
    func runsOfSlashesBecomeOne(path: String, expected: String) {
        var manager = ConnectionManagerPlan()
        manager.mergesSlashes = true
        #expect(run(path, manager).1 == expected)
    }

    @Test func escapedSlashesAreTreatedAsConfigured() {
        var manager = ConnectionManagerPlan()
        manager.escapedSlashes = .reject
        #expect(run("/a%2Fb", manager).0 == .rejected)
        manager.escapedSlashes = .redirect
        #expect(run("/a%2Fb", manager) == (.redirected, "/a/b"))
        manager.escapedSlashes = .forward
        #expect(run("/a%5cb?%2f", manager) == (.changed, "/a\\b?%2f"))
        manager.normalizesPath = true
        #expect(run("/a%5cb", manager) == (.changed, "/a/b"))
        #expect(run("/ab", manager).0 == .unchanged)
    }
}
