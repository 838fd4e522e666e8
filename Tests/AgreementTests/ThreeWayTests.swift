import ConfigGeneration
import DataPlane
import Diagnostics
import EnvoyAPI
import Foundation
import MeshAPI
import PetrelTestKit
import Testing
import TrafficModel

/// Each golden that routes traffic has requests; what becomes of them is
/// asked three ways: the explanation, Petrel's own proxy, and Envoy. Set
/// `PETREL_UPDATE_GOLDEN=1` to write what the explanation says as what is
/// expected.
@Suite("Explanation, Petrel's proxy and Envoy agree", .timeLimit(.minutes(5)))
struct ThreeWayTests {
    private static let updates = ProcessInfo.processInfo.environment["PETREL_UPDATE_GOLDEN"] == "1"

    /// A golden on stage.
    private struct Stage: Sendable {
        let golden: Golden
        let cases: [TestCase]
        let explained: CompiledProxy
        let staged: StagedResources
        let workload: ProxyWorkload

        init?(_ name: String, on plane: DataPlane) async throws {
            golden = try Golden(name)
            cases = golden.cases()
            if cases.isEmpty { return nil }
            let configuration = golden.generate()
            explained = CompiledProxy(configuration: configuration, identity: golden.proxy, objects: golden.objects)
            staged = try await StagedResources(configuration.resources)
            workload = plane.makeWorkload(name)
            let (tables, rejections) = TrafficTables.compile(staged.resources)
            #expect(rejections.isEmpty, "\(name): \(rejections)")
            #expect(workload.publish(tables).isEmpty, "\(name)")
        }
    }

    @Test func everyRequestOfAGoldenEndsTheSameWay() async throws {
        var settings = DataPlaneConfiguration()
        settings.concurrency = 1
        settings.usesHostsFile = false
        let plane = DataPlane(settings)
        plane.start()
        defer { plane.stop() }
        var stages: [Stage] = []
        var bootstrap = StaticBootstrap(isForTraffic: true)
        for name in Golden.names {
            guard let stage = try await Stage(name, on: plane) else { continue }
            try bootstrap.add(stage.staged.resources, as: name)
            stages.append(stage)
        }
        let envoy = try await EnvoyProcess.start(bootstrap: bootstrap.json)
        let ports = Dictionary(
            (try await envoy?.listeners() ?? []).map { ($0.name, $0.port) }, uniquingKeysWith: { first, _ in first })
        if envoy == nil { Self.note("Envoy is not installed: only the explanation and Petrel's proxy are compared") }
        if Self.updates { for stage in stages { try update(stage) } }
        // What waits for the end of a connection shall not wait in a queue.
        try await withThrowingTaskGroup(of: Void.self) { group in
            for stage in stages {
                group.addTask {
                    for (index, item) in stage.cases.enumerated() {
                        try await check(item, "\(stage.golden.name), request \(index + 1)", stage, ports)
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(stages.count > 50)
    }

    private func check(_ item: TestCase, _ label: String, _ stage: Stage, _ ports: [String: Int]) async throws {
        let explanation = stage.explained.explain(item.when)
        if !Self.updates {
            #expect(item.expect.verdict != nil, "\(label) expects nothing")
            let differences = item.expect.differences(from: explanation)
            #expect(differences.isEmpty, "\(label): \(differences)")
        }
        if explanation.listener.isEmpty { return }
        let promised = TrafficOutcome(explanation, item.when)
        let sender = TrafficSender(query: item.when, explanation: explanation)
        if !Self.choosesByAddress(stage.staged.resources, explanation.listener) {
            let port = try #require(stage.workload.boundPort(listener: explanation.listener), "\(label)")
            let outcome = await sender.send(to: Int(port), announces: false)
            #expect(promised.agrees(with: outcome, stage.staged), "\(label), Petrel's proxy: expected \(promised), got \(outcome)")
        }
        if ports.isEmpty { return }
        let port = try #require(ports[StaticBootstrap.name(explanation.listener, of: stage.golden.name)], "\(label)")
        let outcome = await sender.send(to: port, announces: true)
        #expect(promised.agrees(with: outcome, stage.staged), "\(label), Envoy: expected \(promised), got \(outcome)")
    }

    /// Where chains are told apart by the address that was dialled, only
    /// Envoy can be told one; Petrel's proxy asks the kernel.
    private static func choosesByAddress(_ resources: ResourceSet, _ name: String) -> Bool {
        resources.listeners.first { $0.name == name }?.filterChains.contains { !$0.filterChainMatch.prefixRanges.isEmpty } ?? false
    }

    private func update(_ stage: Stage) throws {
        let lines = stage.cases.map { item in
            let explanation = stage.explained.explain(item.when)
            var expect = Expectation()
            expect.verdict = explanation.verdict
            if !explanation.reason.isEmpty { expect.reason = explanation.reason }
            if !explanation.virtualHost.isEmpty { expect.virtualHost = explanation.virtualHost }
            if !explanation.route.isEmpty { expect.route = explanation.route }
            if !explanation.cluster.isEmpty { expect.cluster = explanation.cluster }
            if explanation.status != 0 { expect.status = Int32(explanation.status) }
            if !explanation.upstream.path.isEmpty {
                expect.host = explanation.upstream.host
                expect.path = explanation.upstream.path
            }
            return "- when: \(item.when.encode().json())\n  expect: \(expect.encode().json())"
        }
        try ("cases:\n" + lines.joined(separator: "\n") + "\n").write(to: stage.golden.requestsFile, atomically: true, encoding: .utf8)
    }

    private static func note(_ text: String) { FileHandle.standardError.write(Data("\(text)\n".utf8)) }
}
