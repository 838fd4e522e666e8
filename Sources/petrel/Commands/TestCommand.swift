internal import ArgumentParser
internal import Diagnostics
internal import MeshAPI

/// `petrel test`: expectations about traffic, checked offline.
struct TestCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "test",
        abstract: "Check expectations about traffic against a configuration, offline.",
        discussion: """
            Each file names a configuration and cases: a request and what must become of it. \
            Exits 79 when an expectation fails, 65 when a file can't be read.
            """)

    @Argument(help: ArgumentHelp("Files of expectations, and directories that hold some.", valueName: "file|dir"))
    var paths: [String]

    @Option(name: .shortAndLong, help: "text, json or junit.")
    var output: TestFormat = .text

    func run() throws {
        let report = TestRunner.run(paths)
        switch output {
        case .text: Terminal.standard.line(report.text.trimmed)
        case .json: Terminal.standard.line(report.json.json(pretty: true))
        case .junit: Terminal.standard.line(report.junit.trimmed)
        }
        if report.exitCode != 0 { throw ExitCode(report.exitCode) }
    }
}

/// `-o` of `petrel test`.
enum TestFormat: String, ExpressibleByArgument, CaseIterable {
    case text, json, junit
}
