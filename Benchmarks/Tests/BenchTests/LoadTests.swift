import Foundation
import Testing

@testable import petrel_bench

/// The load generator against the origin, without a proxy between.
@Suite("Load", .serialized)
struct LoadTests {
    /// Where the products of this build are: beside the test bundle.
    static let tools = Bundle.main.executableURL?
        .deletingLastPathComponent().path ?? "."

    private func load(_ arguments: [String]) throws -> LoadReport {
        let output = Pipe()
        let origin = try Child(
            ["\(Self.tools)/petrel-origin"], cpu: nil, output: output)
        defer { origin.stop() }
        let line = String(
            decoding: output.fileHandleForReading.availableData, as: UTF8.self)
        let port = line.split { !$0.isNumber }.first.map(String.init) ?? ""
        let text = try Child.output(
            [
                "\(Self.tools)/petrel-load", "--port", port, "--warmup", "0",
                "--duration", "0.2", "--watch", "\(origin.identifier)",
            ] + arguments)
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(LoadReport.self, from: Data(text.utf8))
    }

    @Test(
        "good answers are counted and nothing else is",
        arguments: [
            [], ["--new-connection", "1"], ["--hosts", "50"],
            ["--path", "/64k", "--length", "65536"],
            ["--path", "/1m", "--length", "1048576", "--connections", "4"],
        ])
    func good(arguments: [String]) throws {
        let report = try load(arguments)
        #expect(report.requests > 10)
        #expect(report.errors.total == 0)
        #expect(report.latencyUs.p50 <= report.latencyUs.p99)
    }

    @Test("an answer of another length is an error")
    func wrongLength() throws {
        let report = try load(["--length", "1000"])
        #expect(report.requests == 0)
        #expect(report.errors.length > 10)
    }

    @Test("an answer of another status is an error")
    func wrongStatus() throws {
        let report = try load(["--path", "/nowhere"])
        #expect(report.requests == 0)
        #expect(report.errors.status > 10)
    }

    @Test("an open loop offers the rate that was asked for")
    func openLoop() throws {
        let report = try load(["--rate", "2000"])
        #expect((300...500).contains(report.requests))
    }

    @Test("other addresses than loopback are refused")
    func loopbackOnly() {
        #expect(throws: BenchError.self) {
            try Child.output([
                "\(Self.tools)/petrel-load", "--address", "192.0.2.1",
                "--port", "80",
            ])
        }
    }
}
