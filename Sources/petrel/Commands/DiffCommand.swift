internal import Analysis
internal import ArgumentParser
internal import ManagementPlane
internal import MeshAPI
internal import MeshCompilation

/// `petrel diff`: what a change of the configuration would change for the apps.
struct DiffCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "diff",
        abstract: "Say what would change in effective behaviour from one configuration to another.",
        discussion: """
            Compares what every kind of proxy would be given, in words: which requests would go elsewhere. \
            Exits 79 when anything changes.

            Example: petrel diff config/ changed/
            """)

    @Argument(help: ArgumentHelp("The old and the new configuration: a file or directory each.", valueName: "old new"))
    var pair: [String] = []

    @Option(name: .long, parsing: .upToNextOption, help: ArgumentHelp("Files and directories of the old configuration.", valueName: "file|dir"))
    var old: [String] = []

    @Option(name: .long, parsing: .upToNextOption, help: ArgumentHelp("Files and directories of the new configuration.", valueName: "file|dir"))
    var new: [String] = []

    @OptionGroup var configuration: ConfigurationOptions

    @Option(name: .shortAndLong, help: "text or json.")
    var output: ReportFormat = .text

    func validate() throws { _ = try sides() }

    func run() throws {
        let (old, new) = try sides()
        let changes = BehaviourDifference.between(try mesh(old), try mesh(new))
        switch output {
        case .json: Terminal.standard.line(ConfigValue.array(changes.map(\.json)).json(pretty: true))
        case .text:
            for change in changes { Terminal.standard.line("\(change.text)  [\(change.proxies.joined(separator: "; "))]") }
            Terminal.standard.line(changes.isEmpty ? "nothing changes" : "\(changes.count) change\(changes.count == 1 ? "" : "s")")
        }
        if !changes.isEmpty { throw ExitStatus.findings }
    }

    /// The two configurations, by `--old` and `--new`, as two arguments, or as `-f OLD -f NEW`.
    private func sides() throws -> (old: [String], new: [String]) {
        if !old.isEmpty, !new.isEmpty, pair.isEmpty, configuration.files.isEmpty { return (old, new) }
        let two = pair + configuration.files
        guard old.isEmpty, new.isEmpty, two.count == 2 else {
            throw ValidationError("Name the old and the new configuration: petrel diff OLD NEW, or --old FILES --new FILES.")
        }
        return ([two[0]], [two[1]])
    }

    private func mesh(_ files: [String]) throws -> CompiledMesh {
        var source = try configuration.source()
        source.files = files
        let loaded = LoadedObjects(source: source)
        if loaded.hasErrors {
            Terminal.complain(ViolationReport(loaded.violations).text)
            throw ExitStatus.invalidInput
        }
        return CompiledMesh(objects: loaded.objects, source: source)
    }
}
