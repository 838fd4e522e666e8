internal import Capture
internal import Foundation
internal import LocalControl
internal import MeshRuntime
internal import PetrelTestKit

/// Runs an unmodified `curl` inside the mesh and keeps what it said.
struct CapturedCurl {
    /// What `curl -v` reported.
    struct Outcome {
        var status: Int32
        /// The lines of the request as curl sent them.
        var request: [String]
        /// Address that the name resolved to.
        var address: String?
        /// The lines of the response's head.
        var response: [String]
        var body: String
        /// Everything on standard error, for when it failed.
        var log: String
    }

    let mesh: RunningMesh
    let directory: TemporaryDirectory

    func get(_ url: String, as workload: WorkloadIdentity = WorkloadIdentity()) async throws -> Outcome {
        let resolver = try TemporaryResolverFiles(namespace: workload.namespace)
        let body = directory.path + "/body", log = directory.path + "/log"
        // The shell only redirects; curl itself sees nothing but its arguments.
        let program = try CapturedProgram(
            arguments: ["sh", "-c", "exec curl --silent --verbose --max-time 30 \"$1\" >\"$2\" 2>\"$3\"", "sh", url, body, log],
            environment: ProcessInfo.processInfo.environment
                .filter { !$0.key.lowercased().hasSuffix("_proxy") }.map { "\($0.key)=\($0.value)" },
            resolver: resolver.paths)
        let attachment = try await mesh.attach(workload, sockets: program.sockets)
        let status = try await Task.detached { try ProgramSupervisor.run(program, keeping: nil) }.value
        await mesh.detach(attachment)
        let said = (try? String(contentsOfFile: log, encoding: .utf8)) ?? ""
        let lines = said.split(whereSeparator: \.isNewline).map(String.init)
        return Outcome(
            status: status,
            request: lines.filter { $0.hasPrefix("> ") && $0.count > 2 }.map { String($0.dropFirst(2)) },
            address: lines.lazy.compactMap(Self.address(in:)).first,
            response: lines.filter { $0.hasPrefix("< ") && $0.count > 2 }.map { String($0.dropFirst(2)) },
            body: (try? String(contentsOfFile: body, encoding: .utf8)) ?? "",
            log: said)
    }

    /// Finds the address in `*   Trying 248.6.56.91:80...`.
    private static func address(in line: String) -> String? {
        guard line.hasPrefix("*"), let start = line.range(of: "Trying ") else { return nil }
        let rest = line[start.upperBound...]
        return rest.hasSuffix("...") ? String(rest.dropLast(3)) : String(rest)
    }
}
