internal import ArgumentParser
internal import Diagnostics
internal import LocalControl
internal import ManagementPlane
internal import MeshAPI
internal import MeshCompilation
internal import ServiceRegistry

/// `petrel dns`: what the mesh's DNS answers.
struct DNSCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dns",
        abstract: "Say what the mesh's DNS answers to a query, or that it asks the resolver outside.",
        discussion: """
            Only A and AAAA are answered by the mesh. A known name without an address of the family has an empty answer, never NXDOMAIN.

            Example: petrel dns -f Examples/external-service foo.bar.global
            """)

    @Argument(help: ArgumentHelp("The name.", valueName: "name"))
    var name: String

    @Argument(help: ArgumentHelp("The type; A by default.", valueName: "type"))
    var type = "A"

    @Option(name: .customLong("as"), help: ArgumentHelp("Who asks.", valueName: "namespace/serviceaccount"))
    var identity = "default/default"

    @Option(name: .long, parsing: .singleValue, help: ArgumentHelp("A pod label of who asks. May be repeated.", valueName: "key=value"))
    var label: [String] = []

    @OptionGroup var configuration: ConfigurationOptions

    @Option(name: .shortAndLong, help: "text or json.")
    var output: ReportFormat = .text

    func validate() throws {
        _ = try IdentityArguments.workload(reference: identity, labels: label)
    }

    func run() throws {
        guard !configuration.files.isEmpty else { throw ValidationError("Name the files of the mesh with -f.") }
        let source = try configuration.source()
        let loaded = LoadedObjects(source: source)
        if !loaded.violations.isEmpty { Terminal.complain(ViolationReport(loaded.violations).text) }
        if loaded.hasErrors { throw ExitStatus.invalidInput }
        let mesh = CompiledMesh(objects: loaded.objects, source: source)
        let proxy = ProxyIdentity(workload: try IdentityArguments.workload(reference: identity, labels: label))
        let compiled = CompiledProxy(
            configuration: mesh.configuration(for: proxy), identity: proxy, objects: mesh.declared + mesh.translation.objects)
        let answer = compiled.answer(name, type: type.uppercased())
        switch output {
        case .json:
            let value: ConfigValue = [
                "name": .string(answer.name), "type": .string(answer.type), "rcode": .string(answer.rcode),
                "answers": .array(answer.answers.map { .string($0) }),
            ]
            Terminal.standard.line(value.json(pretty: true))
        case .text: Terminal.standard.line(Self.text(answer))
        }
    }

    private static func text(_ answer: Explanation.NameAnswer) -> String {
        if answer.rcode == "FORWARDED" { return "\(answer.name) \(answer.type): forwarded; the mesh doesn't know it and asks the resolver outside" }
        if answer.answers.isEmpty { return "\(answer.name) \(answer.type): \(answer.rcode), no address of this family" }
        return answer.answers.map { "\(answer.name) \(answer.type) \($0)" }.joined(separator: "\n")
    }
}
