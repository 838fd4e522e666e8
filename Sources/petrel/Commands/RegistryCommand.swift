internal import Analysis
internal import ArgumentParser
internal import ManagementPlane
internal import MeshAPI
internal import MeshCompilation

/// `petrel registry`: the services as the mesh sees them.
struct RegistryCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "registry",
        abstract: "List the services that the mesh knows: ports, endpoints, addresses, who sees them, and which object made them.")

    @OptionGroup var configuration: ConfigurationOptions

    @Option(name: .shortAndLong, help: "text or json.")
    var output: ReportFormat = .text

    func run() throws {
        guard !configuration.files.isEmpty else { throw ValidationError("Name the files of the mesh with -f.") }
        let source = try configuration.source()
        let loaded = LoadedObjects(source: source)
        if !loaded.violations.isEmpty { Terminal.complain(ViolationReport(loaded.violations).text) }
        if loaded.hasErrors { throw ExitStatus.invalidInput }
        let listing = ServiceListing(CompiledMesh(objects: loaded.objects, source: source).snapshot)
        Terminal.standard.line(output == .json ? listing.json.json(pretty: true) : listing.text)
    }
}
