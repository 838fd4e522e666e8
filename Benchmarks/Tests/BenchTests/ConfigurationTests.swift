import Foundation
import Testing

@testable import petrel_bench

/// Each proxy judges the configuration that is written for it.
@Suite("Configurations", .serialized)
struct ConfigurationTests {
    @Test(
        "a proxy accepts the configuration of every case",
        arguments: [Proxy.envoy, .haproxy, .nginx])
    func accepted(proxy: Proxy) throws {
        guard let executable = proxy.executable else { return }
        let directory = FileManager.default.temporaryDirectory
            .appendingPathComponent("petrel-bench-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(
            atPath: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        _ = try Child.output([
            "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
            "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=ca",
            "-keyout", "\(directory)/ca.key", "-out", "\(directory)/ca.crt",
        ])
        for var bench in BenchCase.all where proxy.reasonAgainst(bench) == nil {
            bench.hosts = min(bench.hosts, 20)
            let setup = Setup(
                bench: bench, port: try Machine.freePort(),
                originPort: try Machine.freePort(),
                authorityFile: "\(directory)/ca.crt", directory: directory)
            let command = try proxy.command(setup)
            let check = switch proxy {
            case .envoy: command + ["--mode", "validate"]
            case .haproxy:
                [executable, "-c", "-f", try #require(command.last)]
            default: command + ["-t"]
            }
            #expect(throws: Never.self, "\(bench.name)") {
                _ = try Child.output(check)
            }
        }
    }

    @Test("every case has a name of its own")
    func names() {
        #expect(Set(BenchCase.all.map(\.name)).count == BenchCase.all.count)
        #expect(Set(BenchCase.standard).isSubset(of: BenchCase.all.map(\.name)))
    }
}
