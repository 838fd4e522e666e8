internal import ArgumentParser
internal import ConfigGeneration
internal import EnvoyAPI
internal import LocalControl
internal import MeshAPI
internal import MeshCompilation
internal import MeshRuntime
internal import ServiceRegistry

/// `petrel xds`: what one proxy would be sent, in Envoy's own JSON.
struct XDSCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "xds", abstract: "Print the Envoy resources generated for one proxy, in Envoy's own JSON.")

    @OptionGroup var configuration: ConfigurationOptions
    @OptionGroup var more: MoreFiles

    @Option(name: .customLong("as"), help: ArgumentHelp("Who the proxy serves.", valueName: "namespace/serviceaccount"))
    var identity = "default/default"

    @Option(name: .long, parsing: .singleValue, help: ArgumentHelp("A pod label. May be repeated.", valueName: "key=value"))
    var label: [String] = []

    @Option(name: .long, help: "sidecar or router (a gateway).")
    var nodeType = "sidecar"

    @Option(name: .long, help: "Only this type: listener, route, cluster, endpoint, secret or nametable.")
    var type: ResourceSection?

    @Option(name: .long, help: "Only the resource of this name.")
    var name: String?

    @Option(name: .shortAndLong, help: "json or yaml.")
    var output: ObjectFormat = .json

    func validate() throws {
        guard ["sidecar", "router"].contains(nodeType) else {
            throw ValidationError("--node-type takes sidecar or router, not \(nodeType).")
        }
        _ = try workload()
    }

    private func workload() throws -> WorkloadIdentity {
        try IdentityArguments.workload(reference: identity, labels: label)
    }

    func run() throws {
        guard !(configuration.files + more.files).isEmpty else { throw ValidationError("Name the files of the mesh with -f.") }
        let source = try configuration.source(more.files)
        let loaded = LoadedObjects(source: source)
        if !loaded.violations.isEmpty { Terminal.complain(ViolationReport(loaded.violations).text) }
        if loaded.hasErrors { throw ExitStatus.invalidInput }
        var proxy = ProxyIdentity(workload: try workload())
        if nodeType == "router" { proxy.type = .router }
        let mesh = CompiledMesh(objects: loaded.objects, source: source)
        let document = try ResourceDocument(mesh.configuration(for: proxy).resources, type: type, name: name)
        Terminal.standard.line(output == .json ? document.value.json(pretty: true) : document.value.yaml())
    }
}
