internal import ArgumentParser

/// The command line of Petrel: assembly only, one file for each subcommand.
@main
struct Petrel: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "petrel",
        abstract: "A governed, explainable road from your apps to the services outside the mesh.",
        discussion: """
            Start a mesh with `petrel run -f FILES`, run any program in it with `petrel exec -- COMMAND`, \
            or see both of its scenarios at once with `petrel demo`.
            """,
        version: "petrel \(PetrelVersion.current)",
        subcommands: [
            RunCommand.self, ExecCommand.self, DemoCommand.self, StatusCommand.self,
            ExplainCommand.self, TestCommand.self, AnalyzeCommand.self, ValidateCommand.self, DiffCommand.self,
            TranslateCommand.self, XDSCommand.self, RegistryCommand.self, DNSCommand.self,
        ])
}

/// The version that commands and servers report.
enum PetrelVersion {
    static let current = "0.1.0"
}
