internal import EnvoyAPI
public import GRPCCore
internal import GRPCProtobuf
internal import SwiftProtobuf

/// xDS over gRPC: the aggregated service, and the single-type service for
/// secrets that Envoy's `sds-grpc` cluster calls.
public struct DiscoveryService: RegistrableRPCService {
    /// Told of every refusal, with the proxy that refused.
    public typealias RejectionHandler = @Sendable (Rejection, ProxyStatus) -> Void

    let source: any DiscoverySource
    /// Who is connected, and how far each proxy is.
    public let proxies: ConnectedProxies
    let onRejection: RejectionHandler

    /// A service over a source.
    ///
    /// - Parameters:
    ///   - source: Gives the resources.
    ///   - proxies: Where connected proxies are listed.
    ///   - onRejection: Called with each NACK.
    public init(
        source: any DiscoverySource,
        proxies: ConnectedProxies = ConnectedProxies(),
        onRejection: @escaping RejectionHandler = { _, _ in }
    ) {
        self.source = source
        self.proxies = proxies
        self.onRejection = onRejection
    }

    public func registerMethods<Transport: ServerTransport>(
        with router: inout RPCRouter<Transport>
    ) {
        let aggregated = "envoy.service.discovery.v3.AggregatedDiscoveryService"
        let secrets = "envoy.service.secret.v3.SecretDiscoveryService"
        register(
            StateOfTheWorldSession.self, connection: .stateOfTheWorld, service: aggregated,
            method: "StreamAggregatedResources", onlyType: nil, with: &router)
        register(
            DeltaSession.self, connection: .delta, service: aggregated,
            method: "DeltaAggregatedResources", onlyType: nil, with: &router)
        register(
            StateOfTheWorldSession.self, connection: .stateOfTheWorld, service: secrets,
            method: "StreamSecrets", onlyType: .secret, with: &router)
        register(
            DeltaSession.self, connection: .delta, service: secrets,
            method: "DeltaSecrets", onlyType: .secret, with: &router)
    }

    private func register<Session: DiscoverySession, Transport: ServerTransport>(
        _ session: Session.Type, connection: ProxyStatus.Connection,
        service: String, method: String, onlyType: EnvoyTypeURL?,
        with router: inout RPCRouter<Transport>
    ) {
        router.registerHandler(
            forMethod: MethodDescriptor(
                service: ServiceDescriptor(fullyQualifiedService: service), method: method),
            deserializer: ProtobufDeserializer<Session.Request>(),
            serializer: ProtobufSerializer<Session.Response>()
        ) { request, _ in
            StreamingServerResponse { writer in
                let conversation = DiscoveryConversation<Session>(
                    service: self, connection: connection, onlyType: onlyType)
                do {
                    try await conversation.run(requests: request.messages) { response in
                        try await writer.write(response)
                    }
                } catch let refusal as DiscoveryRefusal {
                    throw RPCError(code: .failedPrecondition, message: refusal.reason)
                }
                return [:]
            }
        }
    }
}
