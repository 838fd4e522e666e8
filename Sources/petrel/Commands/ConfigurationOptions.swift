internal import ArgumentParser
internal import ConfigStore
internal import Foundation
internal import MeshAPI
internal import MeshCompilation
internal import MeshRuntime

/// The options of every command that reads a configuration.
struct ConfigurationOptions: ParsableArguments {
    @Option(
        name: [.customShort("f"), .customLong("filename")], parsing: .singleValue,
        help: ArgumentHelp("File or directory of objects (YAML or JSON); - is standard input. May be repeated.", valueName: "file|dir"))
    var files: [String] = []

    @Option(name: [.customShort("n"), .long], help: "Namespace of objects that name none.")
    var namespace = "default"

    @Option(name: .long, help: ArgumentHelp("Istio MeshConfig (YAML) of the mesh.", valueName: "file"))
    var meshConfig: String?

    @Option(
        name: .long,
        help: ArgumentHelp(
            "What happens to undeclared destinations: ALLOW_ANY or REGISTRY_ONLY. Overrides the MeshConfig.", valueName: "mode"))
    var outboundTrafficPolicy: String?

    @Option(
        name: .long, parsing: .singleValue,
        help: ArgumentHelp(
            "Where an upstream host is, instead of DNS, as curl's option. May be repeated.", valueName: "host:port:addr[:port]"))
    var resolve: [String] = []

    @Option(
        name: .long,
        help: ArgumentHelp("The mesh's trust bundle (PEM) for upstream servers; the system's by default.", valueName: "file"))
    var caFile: String?

    func validate() throws {
        if let mode = outboundTrafficPolicy, OutboundPolicyName(rawValue: mode) == nil {
            throw ValidationError("--outbound-traffic-policy takes ALLOW_ANY or REGISTRY_ONLY, not \(mode).")
        }
        if let caFile, !FileManager.default.isReadableFile(atPath: caFile) {
            throw ValidationError("--ca-file \(caFile) can't be read.")
        }
    }

    /// What the runtime needs to know.
    ///
    /// - Parameter more: Files that were named without an option.
    func source(_ more: [String] = []) throws -> MeshSource {
        do {
            return try MeshSource(
                files: files + more, defaultNamespace: namespace, meshConfigFile: meshConfig,
                outboundTrafficPolicy: outboundTrafficPolicy.flatMap(OutboundPolicyName.init(rawValue:)),
                resolve: resolve, trustBundle: caFile)
        } catch {
            throw ValidationError(error.description)
        }
    }
}
