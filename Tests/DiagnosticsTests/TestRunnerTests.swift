import Diagnostics
import Foundation
import MeshAPI
import Testing

struct TestRunnerTests {
    /// Writes the mesh and a suite beside each other and runs the suite.
    private func run(_ suite: String) throws -> TestReport {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try Mesh.yaml.write(to: folder.appendingPathComponent("mesh.yaml"), atomically: true, encoding: .utf8)
        let file = folder.appendingPathComponent("test.yaml")
        try suite.write(to: file, atomically: true, encoding: .utf8)
        return TestRunner.run([file.path])
    }

    static let suite = """
        given: [mesh.yaml]
        mesh: {outboundTrafficPolicy: {mode: REGISTRY_ONLY}}
        as: {type: sidecar, namespace: default, ips: [10.0.0.1], metadata: {DNS_CAPTURE: "true"}}
        cases:
        - name: good
          when: {address: dns, port: 80, protocol: http, host: webserver, path: /}
          expect: {cluster: "outbound|443||raw.githubusercontent.com", path: /page.txt, verdict: allowed, reason: ""}
        - when: {dns: foo.bar.global, type: A}
          expect: {answers: [248.6.56.91], rcode: NOERROR}
        - name: undeclared
          when: {port: 80, host: nowhere.example}
          expect: {route: block_all, verdict: direct-response, status: 502}
        - name: wrong & sorry
          when: {port: 80, host: webserver}
          expect: {cluster: elsewhere, listener: 0.0.0.0_80}
        """

    @Test func expectationsAreComparedFieldByField() throws {
        let report = try run(Self.suite)
        #expect(report.problems == [])
        #expect(report.passed == 3)
        #expect(report.failed == 1)
        #expect(report.exitCode == 79)
        let failure = try #require(report.results.first { !$0.differences.isEmpty })
        #expect(failure.name == "wrong & sorry")
        #expect(failure.differences.map(\.field) == ["cluster"])
        #expect(report.text.hasSuffix("3 passed, 1 failed\n"))
        #expect(report.json["failed"] == .int(1))
        #expect(report.junit.contains("name=\"wrong &amp; sorry\""))
        #expect(report.junit.contains("<failure message="))
    }

    @Test(arguments: ["cases: []", "cases: [{when: {prot: http}}]", "given: [", "nothing: 1"])
    func suitesThatCantBeReadSayWhy(text: String) throws {
        let report = try run(text)
        #expect(!report.problems.isEmpty)
        #expect(report.exitCode == 65)
    }
}
