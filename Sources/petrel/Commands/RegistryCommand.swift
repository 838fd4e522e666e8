internal import Analysis
internal import ArgumentParser
internal import LocalControl
internal import MeshAPI
internal import MeshCompilation
internal import ServiceRegistry

/// `petrel registry`: the services as the mesh sees them.
struct RegistryCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "registry",
        abstract: "List the services that the mesh knows: ports, endpoints, addresses, who sees them, and which object made them.")

    @OptionGroup var configuration: ConfigurationOptions

    @Option(name: .customLong("as"), help: ArgumentHelp("Whose view of allocated addresses.", valueName: "namespace/serviceaccount"))
    var identity = "default/default"

    @Option(name: .shortAndLong, help: "text or json.")
    var output: ReportFormat = .text

    func run() throws {
        guard !configuration.files.isEmpty else { throw ValidationError("Name the files of the mesh with -f.") }
        let source = try configuration.source()
        let loaded = LoadedObjects(source: source)
        if !loaded.violations.isEmpty { Terminal.complain(ViolationReport(loaded.violations).text) }
        if loaded.hasErrors { throw ExitStatus.invalidInput }
        let proxy = ProxyIdentity(workload: try IdentityArguments.workload(reference: identity, labels: []))
        let listing = ServiceListing(CompiledMesh(objects: loaded.objects, source: source).snapshot, seenBy: proxy)
        Terminal.standard.line(output == .json ? listing.json.json(pretty: true) : listing.text)
    }
}
