internal import ArgumentParser
internal import Capture
internal import Foundation
internal import LocalControl
internal import MeshRuntime

/// `petrel exec`: runs any program inside the mesh.
struct ExecCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "exec",
        abstract: "Run a program inside the mesh: no root, no container, no change to it.",
        discussion: """
            The program gets a network namespace in which every outbound TCP connection goes to the proxy and every DNS \
            query to the mesh; there is no other way out. It joins a running `petrel run`, or a private mesh when -f is given. \
            The exit code is the program's.

            Example: petrel exec -- curl http://webserver/
            """)

    @Option(name: .customLong("as"), help: ArgumentHelp("Who the program is in the mesh.", valueName: "namespace/serviceaccount"))
    var identity = "default/default"

    @Option(name: .long, parsing: .singleValue, help: ArgumentHelp("A pod label of the program. May be repeated.", valueName: "key=value"))
    var label: [String] = []

    @OptionGroup var configuration: ConfigurationOptions
    @OptionGroup var dataPlane: DataPlaneOptions
    @OptionGroup var control: ControlOptions

    @Argument(parsing: .postTerminator, help: "The program and its arguments, after --.")
    var command: [String] = []

    func validate() throws {
        guard !command.isEmpty else {
            throw ValidationError("Name the program after --, as in: petrel exec -- curl http://webserver/")
        }
        _ = try workload()
    }

    func run() async throws {
        let workload = try workload()
        let status: Int32
        do {
            let files = try TemporaryResolverFiles(namespace: workload.namespace)
            let program = try CapturedProgram(
                arguments: command,
                environment: ProcessInfo.processInfo.environment.map { "\($0.key)=\($0.value)" },
                resolver: files.paths)
            status = configuration.files.isEmpty
                ? try join(program, as: workload)
                : try await runPrivately(program, as: workload)
            withExtendedLifetime(files) {}
        } catch let error as CaptureError {
            Terminal.complain("petrel exec: \(error)")
            throw ExitCode(error.exitStatus)
        } catch let error as ControlError {
            Terminal.complain("petrel exec: \(error)")
            throw ExitStatus.unavailable
        }
        throw ExitCode(status)
    }

    private func workload() throws -> WorkloadIdentity {
        try IdentityArguments.workload(reference: identity, labels: label)
    }

    /// Joins the mesh of a running `petrel run`.
    private func join(_ program: CapturedProgram, as workload: WorkloadIdentity) throws -> Int32 {
        guard let client = try ControlClient(control.path) else {
            throw ControlError(
                """
                No mesh is running at \(control.path.path).
                Start one in another terminal: petrel run -f FILES
                or give this command its own:  petrel exec -f FILES -- \(command.joined(separator: " "))
                """)
        }
        try client.attach(workload, sockets: program.sockets)
        program.sockets.close()
        return try ProgramSupervisor.run(program, keeping: client)
    }

    /// Runs a mesh in this process for the program alone.
    private func runPrivately(_ program: CapturedProgram, as workload: WorkloadIdentity) async throws -> Int32 {
        let reporter = EventReporter(terminal: .standard, quiet: true)
        var options = dataPlane.options()
        if options.accessLog == .standardOutput { options.accessLog = .none }
        let mesh = try await MeshStart.running(source: try configuration.source(), options: options, reporter: reporter)
        let reporting = Task { for await event in mesh.events { reporter.report(event) } }
        do {
            _ = try await mesh.attach(workload, sockets: program.sockets)
        } catch {
            await mesh.shutdown(drain: .zero)
            throw ControlError("\(error)")
        }
        let status = try await Task.detached { try ProgramSupervisor.run(program, keeping: nil) }.value
        reporting.cancel()
        await mesh.shutdown(drain: .zero)
        return status
    }
}
