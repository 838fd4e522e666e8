internal import ArgumentParser
internal import Capture
internal import MeshRuntime

/// `petrel demo`: both scenarios, from the declaration to the bytes on the wire.
struct DemoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo",
        abstract: "Show both scenarios end to end, on this machine and without the internet.",
        discussion: """
            Starts stand-ins for the two external hosts (real servers on loopback; the TLS one with a certificate from a \
            throw-away CA), brings the mesh up, runs an unmodified curl inside it, and shows what was declared, what it became, \
            what curl sent, what the stand-in saw and what came back. Exits 1 when any answer is not the expected one.
            """)

    @Flag(name: .long, help: "Use the real external hosts instead of stand-ins.")
    var online = false

    @Option(name: .long, help: ArgumentHelp("petrel or envoy.", valueName: "name"))
    var dataPlane: DataPlaneName = .petrel

    @Option(name: .long, help: ArgumentHelp("The Envoy to run; by default the one on the PATH.", valueName: "path"))
    var envoyPath: String?

    func validate() throws {
        if dataPlane == .none { throw ValidationError("The demo needs a data plane: petrel or envoy.") }
    }

    func run() async throws {
        let terminal = Terminal.standard
        let runner = DemoRunner(terminal: terminal, dataPlane: dataPlane, envoyPath: envoyPath, online: online)
        var failures: [String] = []
        do {
            for (index, scenario) in DemoScenario.all.enumerated() {
                let found = try await runner.run(scenario, letter: ["A", "B"][index])
                failures += found
            }
        } catch let error as CaptureError {
            Terminal.complain("petrel demo: \(error)")
            throw ExitStatus.unavailable
        }
        terminal.line()
        if failures.isEmpty {
            terminal.line(terminal.styled("Both scenarios answered as expected.", .green, .bold))
        } else {
            for failure in failures { terminal.line(terminal.styled("FAILED: \(failure)", .red)) }
            throw ExitStatus.failure
        }
    }
}
