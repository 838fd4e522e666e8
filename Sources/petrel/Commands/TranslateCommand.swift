internal import ArgumentParser
internal import ManagementPlane
internal import MeshAPI
internal import MeshCompilation
internal import MeshRuntime

/// `petrel translate`: the Istio objects that come out of the Gloo objects that
/// go in.
struct TranslateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "translate", abstract: "Print the Istio objects that the Gloo Mesh objects become.")

    @OptionGroup var configuration: ConfigurationOptions
    @OptionGroup var more: MoreFiles

    @Option(name: .shortAndLong, help: "yaml or json.")
    var output: ObjectFormat = .yaml

    func run() throws {
        guard !(configuration.files + more.files).isEmpty else { throw ValidationError("Name the files to translate with -f.") }
        let loaded = LoadedObjects(source: try configuration.source(more.files))
        let translation = ManagementPlane.translate(loaded.objects)
        let violations = loaded.violations + translation.violations
        if !violations.isEmpty { Terminal.complain(ViolationReport(violations).text) }
        Terminal.standard.line(ObjectPrinter.text(of: translation.objects, format: output))
        if violations.contains(where: { $0.severity == .error }) { throw ExitStatus.invalidInput }
    }
}
