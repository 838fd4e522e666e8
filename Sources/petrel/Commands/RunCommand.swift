internal import ArgumentParser
internal import Foundation
internal import LocalControl
internal import MeshAPI
internal import MeshRuntime

/// `petrel run`: the whole mesh in one process, in the foreground.
struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Run the whole mesh in this process, and apply edits of the files as they are saved.",
        discussion: """
            Serves xDS on loopback, runs the data plane, and lets `petrel exec` run programs in the mesh. \
            A file with errors is refused as a whole and what was in force stays in force. \
            Ctrl-C lets the requests in flight finish and exits 0.
            """)

    @OptionGroup var configuration: ConfigurationOptions
    @OptionGroup var more: MoreFiles
    @OptionGroup var dataPlane: DataPlaneOptions
    @OptionGroup var control: ControlOptions

    func run() async throws {
        guard !(configuration.files + more.files).isEmpty else {
            throw ValidationError("Nothing to run: name the files of the mesh with -f FILE or -f DIR.")
        }
        let signals = SignalStream([SIGINT, SIGTERM])
        let reporter = EventReporter(terminal: .standard)
        let mesh = try await MeshStart.running(source: try configuration.source(more.files), options: dataPlane.options(), reporter: reporter)
        let server: ControlServer
        do {
            server = try ControlServer(
                control.path,
                handlers: .init(
                    attach: { try await mesh.attach($0, sockets: $1) },
                    detach: { await mesh.detach($0) },
                    answer: { try await mesh.answer($0) }))
        } catch {
            await mesh.shutdown(drain: .zero)
            Terminal.complain(error.description)
            throw ExitStatus.unavailable
        }
        await reporter.welcome(mesh: mesh, control: control.path, custom: control.control != nil)
        let reporting = Task { for await event in mesh.events { reporter.report(event) } }
        _ = await signals.first()
        reporter.note("Draining; a second Ctrl-C stops at once.")
        server.stop()
        let impatient = Task {
            if let second = await signals.first() { Foundation.exit(128 + second) }
        }
        await mesh.shutdown(drain: dataPlane.drainTime)
        impatient.cancel()
        reporting.cancel()
        reporter.note("Stopped.")
    }
}
