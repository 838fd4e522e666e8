internal import ArgumentParser
internal import Diagnostics
internal import LocalControl
internal import ManagementPlane
internal import MeshAPI
internal import MeshCompilation
internal import ServiceRegistry

/// `petrel explain`: the whole way of one request, and who decided each step.
struct ExplainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Say what becomes of one request: every decision, the object and line behind it, and how to mend a refusal.",
        discussion: """
            The request is 'METHOD URL' (or a URL alone), 'tcp HOST:PORT' or 'tls SNI@ADDRESS:PORT'.
            With -f the files are asked; without, the running mesh.

            Example: petrel explain -f Examples/service-entry GET http://webserver/
            """)

    @Argument(help: ArgumentHelp("The request.", valueName: "request"))
    var request: [String]

    @Option(name: .customLong("as"), help: ArgumentHelp("Who asks.", valueName: "namespace/serviceaccount"))
    var identity = "default/default"

    @Option(name: .long, parsing: .singleValue, help: ArgumentHelp("A pod label of who asks. May be repeated.", valueName: "key=value"))
    var label: [String] = []

    @Option(name: .long, help: "sidecar or router (a gateway).")
    var nodeType = "sidecar"

    @Option(name: .long, parsing: .singleValue, help: ArgumentHelp("A request header. May be repeated.", valueName: "name:value"))
    var header: [String] = []

    @OptionGroup var configuration: ConfigurationOptions
    @OptionGroup var control: ControlOptions

    @Option(name: .shortAndLong, help: "text or json.")
    var output: ReportFormat = .text

    @Flag(name: .shortAndLong, help: "Show what was tried and did not match, as well.")
    var verbose = false

    func validate() throws {
        guard ProxyIdentity.Kind(rawValue: nodeType) != nil else {
            throw ValidationError("--node-type takes sidecar or router, not \(nodeType).")
        }
        _ = try query()
        _ = try IdentityArguments.workload(reference: identity, labels: label)
    }

    func run() async throws {
        let query = try query()
        let workload = try IdentityArguments.workload(reference: identity, labels: label)
        guard !configuration.files.isEmpty else {
            try askRunningMesh(workload)
            return
        }
        let source = try configuration.source()
        let loaded = LoadedObjects(source: source)
        if loaded.hasErrors {
            Terminal.complain(ViolationReport(loaded.violations).text)
            throw ExitStatus.invalidInput
        }
        let mesh = CompiledMesh(objects: loaded.objects, source: source)
        var proxy = ProxyIdentity(workload: workload)
        proxy.type = ProxyIdentity.Kind(rawValue: nodeType) ?? .sidecar
        let explanation = CompiledProxy(
            configuration: mesh.configuration(for: proxy), identity: proxy,
            objects: mesh.declared + mesh.translation.objects
        ).explain(query)
        Terminal.standard.line(
            output == .json ? explanation.json.json(pretty: true) : explanation.text(verbose: verbose))
    }

    private func askRunningMesh(_ workload: WorkloadIdentity) throws {
        do {
            guard let client = try ControlClient(control.path) else {
                Terminal.complain(
                    "No mesh is running at \(control.path.path). Name the files with -f, or start one: petrel run -f FILES")
                throw ExitStatus.unavailable
            }
            Terminal.standard.line(
                try client.explain(
                    request.joined(separator: " "), headers: header, as: workload, json: output == .json, verbose: verbose))
        } catch let error as ControlError {
            Terminal.complain(error.description)
            throw ExitStatus.failure
        }
    }

    private func query() throws -> TrafficQuery {
        switch TrafficQuery.parse(request.joined(separator: " ")) {
        case .failure(let problem): throw ValidationError(problem.description)
        case .success(var query):
            if let problem = query.add(headers: header) { throw ValidationError(problem) }
            return query
        }
    }
}
