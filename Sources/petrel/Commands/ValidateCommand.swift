internal import ArgumentParser
internal import MeshAPI
internal import MeshCompilation
internal import MeshRuntime

/// `petrel validate`: every violation, or none.
struct ValidateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "validate",
        abstract: "Check objects as the admission webhook would, and list every violation.",
        discussion: "Exits 0 when there is no error, and 65 when there is one. Warnings don't change that.")

    @OptionGroup var configuration: ConfigurationOptions
    @OptionGroup var more: MoreFiles

    @Option(name: .shortAndLong, help: "text or json.")
    var output: ReportFormat = .text

    func run() throws {
        guard !(configuration.files + more.files).isEmpty else { throw ValidationError("Name the files to check with -f.") }
        let loaded = LoadedObjects(source: try configuration.source(more.files))
        let report = ViolationReport(loaded.violations)
        switch output {
        case .json: Terminal.standard.line(report.json.json(pretty: true))
        case .text:
            if !loaded.violations.isEmpty { Terminal.standard.line(report.text) }
            let errors = loaded.violations.filter { $0.severity == .error }.count
            let warnings = loaded.violations.count - errors
            Terminal.standard.line(
                "\(loaded.objects.count) objects, \(errors) error\(errors == 1 ? "" : "s"), \(warnings) warning\(warnings == 1 ? "" : "s")")
        }
        if loaded.hasErrors { throw ExitStatus.invalidInput }
    }
}
