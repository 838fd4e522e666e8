import Capture
import Foundation
import LocalControl
import MeshCompilation
import MeshRuntime
import PetrelTestKit
import Testing

/// Whether a program can be captured on this machine.
let captureIsAvailable: Bool = {
    guard let directory = try? TemporaryDirectory() else { return false }
    return withExtendedLifetime(directory) {
        guard let files = try? MeshFixture.resolverFiles(in: directory, namespace: "default"),
            let program = try? CapturedProgram(arguments: ["true"], environment: MeshFixture.environment, resolver: files)
        else { return false }
        program.sockets.close()
        return (try? program.start()) != nil && program.wait() == 0
    }
}()

/// Whether a real Envoy is installed.
let envoyIsAvailable = ExecutableSearch.path(of: ProcessInfo.processInfo.environment["PETREL_ENVOY"] ?? "envoy") != nil

/// The data planes that can run here.
let dataPlanes: [DataPlaneName] = envoyIsAvailable ? [.petrel, .envoy] : [.petrel]

/// A running mesh over files in a directory of its own, and programs in it.
final class MeshFixture: Sendable {
    let directory: TemporaryDirectory
    let mesh: RunningMesh

    static let environment = ProcessInfo.processInfo.environment
        .filter { !$0.key.lowercased().hasSuffix("_proxy") }.map { "\($0.key)=\($0.value)" }

    init(
        _ files: [String: String], dataPlane: DataPlaneName = .petrel, policy: OutboundPolicyName = .allowAny,
        resolve: [String] = [], trustBundle: String? = nil, dnsServers: [DNSServerAddress] = []
    ) async throws {
        directory = try TemporaryDirectory()
        for (name, text) in files { try directory.write(text, to: "config/\(name)") }
        let source = try MeshSource(
            files: [directory.file("config")], outboundTrafficPolicy: policy, resolve: resolve, trustBundle: trustBundle)
        mesh = try await RunningMesh(
            source: source, options: MeshOptions(dataPlane: dataPlane, concurrency: 1, accessLog: .none, dnsServers: dnsServers))
    }

    /// Replaces a file and waits until the mesh has read it.
    func save(_ text: String, as name: String) async throws {
        try directory.write(text, to: "config/\(name)")
        await mesh.reload()
    }

    struct Outcome: Sendable {
        var status: Int32
        var output: String
        var errors: String
    }

    /// Runs a program in the mesh to its end.
    func run(_ arguments: String..., as workload: WorkloadIdentity = WorkloadIdentity()) async throws -> Outcome {
        try await run(arguments, as: workload)
    }

    func run(_ arguments: [String], as workload: WorkloadIdentity) async throws -> Outcome {
        let scratch = try TemporaryDirectory()
        let out = scratch.file("out"), err = scratch.file("err")
        let program = try CapturedProgram(
            arguments: ["sh", "-c", "out=$1; err=$2; shift 2; exec \"$@\" >\"$out\" 2>\"$err\"", "sh", out, err] + arguments,
            environment: Self.environment,
            resolver: try Self.resolverFiles(in: scratch, namespace: workload.namespace))
        let attachment = try await mesh.attach(workload, sockets: program.sockets)
        let status = try await withCheckedThrowingContinuation { continuation in
            Thread {
                continuation.resume(
                    with: Result {
                        try program.start()
                        return program.wait()
                    })
            }.start()
        }
        await mesh.detach(attachment)
        return Outcome(
            status: status, output: (try? scratch.read("out")) ?? "", errors: (try? scratch.read("err")) ?? "")
    }

    /// Runs an unmodified curl in the mesh.
    func curl(_ url: String, _ options: String..., as workload: WorkloadIdentity = WorkloadIdentity()) async throws -> Outcome {
        try await run(["curl", "--silent", "--show-error", "--max-time", "20", url] + options, as: workload)
    }

    func shutdown() async {
        await mesh.shutdown(drain: .zero)
    }

    static func resolverFiles(in directory: TemporaryDirectory, namespace: String) throws -> (resolvConf: String, nsswitchConf: String) {
        let resolver = ResolverFiles(namespace: namespace)
        return (
            try directory.write(resolver.resolvConf, to: "resolv.conf"),
            try directory.write(resolver.nsswitchConf(machine: "passwd: files\n"), to: "nsswitch.conf")
        )
    }

    /// Where the examples are.
    static let examples = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("../../Examples").standardizedFileURL

    /// The text of files below `Examples/`.
    static func example(_ names: String...) throws -> [String: String] {
        let root = examples
        return try Dictionary(
            uniqueKeysWithValues: names.map { ($0, try String(contentsOf: root.appendingPathComponent($0), encoding: .utf8)) })
    }
}
