public import EnvoyAPI
internal import Foundation
public import MeshAPI

/// Where a mesh's configuration comes from.
public struct MeshSource: Sendable {
    /// Files and directories of objects; `-` is standard input.
    public var files: [String]
    /// Namespace of objects that name none.
    public var defaultNamespace: String
    /// The mesh's settings.
    public var meshConfig: MeshConfig
    /// Where upstream hosts are, instead of DNS.
    public var overrides: ResolveOverrides
    /// Path of the PEM bundle that upstream servers are verified against.
    public var trustBundle: String

    /// The bundle of the system, as Debian, Ubuntu and Alpine, then Fedora, place it.
    public static let systemTrustBundle: String = {
        let places = ["/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem"]
        return places.first { FileManager.default.isReadableFile(atPath: $0) } ?? places[0]
    }()

    /// - Throws: ``MeshSourceError`` when a setting can't be read.
    public init(
        files: [String],
        defaultNamespace: String = "default",
        meshConfigFile: String? = nil,
        outboundTrafficPolicy: OutboundPolicyName? = nil,
        resolve: [String] = [],
        trustBundle: String? = nil
    ) throws(MeshSourceError) {
        self.files = files
        self.defaultNamespace = defaultNamespace
        var config = MeshConfig()
        if let meshConfigFile {
            guard let text = try? String(contentsOfFile: meshConfigFile, encoding: .utf8) else {
                throw MeshSourceError("--mesh-config \(meshConfigFile) can't be read.")
            }
            let read = MeshConfig.read(yaml: text, file: meshConfigFile)
            let errors = read.violations.filter { $0.severity == .error }
            guard errors.isEmpty else { throw MeshSourceError(ViolationReport(errors).text) }
            config = read.config
        }
        if let outboundTrafficPolicy { config.outboundTrafficPolicy.mode = outboundTrafficPolicy.mode }
        meshConfig = config
        do {
            overrides = try ResolveOverrides(resolve)
        } catch {
            throw MeshSourceError("\(error)")
        }
        // Envoy reads the file from a directory of its own.
        self.trustBundle = trustBundle.map { URL(fileURLWithPath: $0).path } ?? Self.systemTrustBundle
    }
}

/// The names of `outboundTrafficPolicy.mode` that a command line takes.
public enum OutboundPolicyName: String, Sendable, CaseIterable {
    case allowAny = "ALLOW_ANY"
    case registryOnly = "REGISTRY_ONLY"

    var mode: MeshConfig.OutboundTrafficPolicy.Mode {
        switch self {
        case .allowAny: .allowAny
        case .registryOnly: .registryOnly
        }
    }
}

/// Why the settings of a mesh could not be taken: a sentence.
public struct MeshSourceError: Error, Sendable, Equatable, CustomStringConvertible {
    public var description: String

    public init(_ description: String) {
        self.description = description
    }
}
