public import EnvoyAPI
internal import SwiftProtobuf

/// Where the control plane is and how to talk to it: what an Envoy bootstrap
/// says with `dynamic_resources.ads_config` and the cluster that it names.
public struct ControlPlane: Sendable {
    /// Where the connection goes.
    public enum Target: Sendable, Hashable {
        /// An IPv4 address.
        case ipv4(String, port: Int)
        /// An IPv6 address.
        case ipv6(String, port: Int)
        /// A name that DNS knows.
        case name(String, port: Int)
        /// A Unix domain socket.
        case path(String)
    }

    /// A certificate, key or list of roots.
    public enum Credential: Sendable, Hashable {
        /// A PEM file, read again for every connection.
        case file(String)
        /// PEM text.
        case inline([UInt8])
    }

    /// How the connection is protected.
    public struct Security: Sendable, Hashable {
        /// Roots that the server's certificate must lead to; nil takes any
        /// certificate, as Envoy does without a validation context.
        public var roots: Credential?
        /// The name that the server is asked for, and that its certificate must
        /// hold where ``verifiesName``.
        public var serverName: String?
        /// Whether the certificate must hold the name.
        public var verifiesName = false
        /// What proves this proxy's identity.
        public var certificate: Credential?
        /// The key of the certificate.
        public var key: Credential?
    }

    /// Where.
    public var target: Target
    /// TLS; nil speaks plaintext.
    public var security: Security?
    /// The protocol variant.
    public var variant: DiscoveryVariant
    /// Headers of every stream (`grpc_services.initial_metadata`).
    public var headers: [(name: String, value: String)] = []
    /// Whether every request says who asks.
    public var repeatsNode: Bool
    /// The cluster's name in the bootstrap.
    public var clusterName: String

    /// What a bootstrap asks for that can't be done.
    public struct Fault: Error, Sendable, Hashable, CustomStringConvertible {
        /// The field.
        public let field: String
        /// What is wrong with it.
        public let reason: String

        public var description: String { "\(field): \(reason)" }

        init(_ field: String, _ reason: String) {
            self.field = field
            self.reason = reason
        }
    }

    /// Reads a bootstrap's control plane; nil when it has none.
    ///
    /// - Throws: When it names one that can't be talked to.
    public init?(_ bootstrap: Envoy_Config_Bootstrap_V3_Bootstrap) throws(Fault) {
        guard bootstrap.hasDynamicResources else { return nil }
        let dynamic = bootstrap.dynamicResources
        guard dynamic.hasAdsConfig else {
            guard !dynamic.hasCdsConfig, !dynamic.hasLdsConfig else {
                throw Fault("dynamic_resources", "only aggregated discovery is supported: set ads_config")
            }
            return nil
        }
        let path = "dynamic_resources.ads_config"
        let config = dynamic.adsConfig
        switch config.apiType {
        case .grpc, .aggregatedGrpc: variant = .stateOfTheWorld
        case .deltaGrpc, .aggregatedDeltaGrpc: variant = .delta
        case .rest, .deprecatedAndUnavailableDoNotUse, .UNRECOGNIZED:
            throw Fault("\(path).api_type", "only GRPC and DELTA_GRPC are supported")
        }
        repeatsNode = !config.setNodeOnFirstMessageOnly
        guard let service = config.grpcServices.first, case .envoyGrpc(let grpc) = service.targetSpecifier else {
            throw Fault("\(path).grpc_services", "the first one must be an envoy_grpc")
        }
        clusterName = grpc.clusterName
        guard let cluster = bootstrap.staticResources.clusters.first(where: { $0.name == grpc.clusterName }) else {
            throw Fault("\(path).grpc_services[0].envoy_grpc", "static_resources has no cluster \(grpc.clusterName)")
        }
        headers = service.initialMetadata.map { ($0.key, $0.value) }
        target = try Self.target(cluster)
        security = try Self.security(cluster)
        if var protected = security, protected.serverName == nil, case .name(let name, _) = target {
            protected.serverName = name
            security = protected
        }
    }

    private static func target(_ cluster: Envoy_Config_Cluster_V3_Cluster) throws(Fault) -> Target {
        let field = "static_resources.clusters[\(cluster.name)].load_assignment"
        guard let endpoint = cluster.loadAssignment.endpoints.first?.lbEndpoints.first?.endpoint else {
            throw Fault(field, "has no endpoint")
        }
        switch endpoint.address.address {
        case .pipe(let pipe): return .path(pipe.path)
        case .socketAddress(let socket):
            let port = Int(socket.portValue)
            if socket.address.contains(":") { return .ipv6(socket.address, port: port) }
            let isNumeric = socket.address.allSatisfy { $0.isNumber || $0 == "." }
            return isNumeric ? .ipv4(socket.address, port: port) : .name(socket.address, port: port)
        default: throw Fault(field, "the endpoint must have a socket_address or a pipe")
        }
    }

    private static func security(_ cluster: Envoy_Config_Cluster_V3_Cluster) throws(Fault) -> Security? {
        guard cluster.hasTransportSocket else { return nil }
        let field = "static_resources.clusters[\(cluster.name)].transport_socket"
        let any = cluster.transportSocket.typedConfig
        if any.typeURL.hasSuffix("raw_buffer.v3.RawBuffer") { return nil }
        guard
            let context = try? any.unpackIfMatching(Envoy_Extensions_TransportSockets_Tls_V3_UpstreamTlsContext.self)
        else { throw Fault(field, "must hold an UpstreamTlsContext") }
        var result = Security()
        result.serverName = context.sni.isEmpty ? nil : context.sni
        let common = context.commonTlsContext
        guard common.tlsCertificateSdsSecretConfigs.isEmpty else {
            throw Fault(field, "tls_certificate_sds_secret_configs is not supported for the control plane: name files in tls_certificates")
        }
        if let own = common.tlsCertificates.first {
            result.certificate = try credential(own.certificateChain, "\(field).tls_certificates[0].certificate_chain")
            result.key = try credential(own.privateKey, "\(field).tls_certificates[0].private_key")
        }
        switch common.validationContextType {
        case .validationContext(let validation):
            try Self.validation(validation, "\(field).validation_context", &result)
        case nil: break
        case .validationContextSdsSecretConfig, .combinedValidationContext:
            throw Fault(field, "roots from SDS are not supported for the control plane: name a file in validation_context")
        }
        return result
    }

    private static func validation(
        _ message: Envoy_Extensions_TransportSockets_Tls_V3_CertificateValidationContext, _ field: String,
        _ result: inout Security
    ) throws(Fault) {
        result.roots = message.hasTrustedCa ? try credential(message.trustedCa, "\(field).trusted_ca") : nil
        var names = message.matchSubjectAltNames
        for typed in message.matchTypedSubjectAltNames {
            guard typed.sanType == .dns else { throw Fault("\(field).match_typed_subject_alt_names", "only DNS names are supported") }
            names.append(typed.matcher)
        }
        guard let first = names.first else { return }
        // Which of several names it has can't be told apart: it must be the one
        // that it was asked for.
        guard names.count == 1, case .exact(let name) = first.matchPattern,
            result.serverName == nil || result.serverName == name
        else { throw Fault("\(field).match_typed_subject_alt_names", "must be one exact DNS name, the same as sni") }
        guard result.roots != nil else { throw Fault("\(field).trusted_ca", "must be set where names are matched") }
        result.serverName = name
        result.verifiesName = true
    }

    private static func credential(_ source: Envoy_Config_Core_V3_DataSource, _ field: String) throws(Fault) -> Credential {
        switch source.specifier {
        case .filename(let path): return .file(path)
        case .inlineString(let text): return .inline(Array(text.utf8))
        case .inlineBytes(let bytes): return .inline([UInt8](bytes))
        case .environmentVariable, nil: throw Fault(field, "must be a filename or inline")
        }
    }
}
