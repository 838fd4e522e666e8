public import EnvoyAPI
public import SwiftProtobuf

/// What happens to a session.
public enum DiscoveryEvent<Request: Sendable>: Sendable {
    /// The proxy sent a request: a subscription, an ACK, a NACK, or all at once.
    case request(Request)
    /// There is a new complete set of resources for this proxy.
    case resources(ResourceSnapshot)
    /// The stream is gone. What comes after is answered with nothing.
    case closed
}

/// What a session wants done.
public enum DiscoveryAction<Response: Sendable>: Sendable {
    /// Send this response.
    case send(Response)
    /// The proxy runs with what it was sent.
    case acknowledged(Acknowledgement)
    /// The proxy refused what it was sent and keeps what it had.
    case rejected(Rejection)
}

/// A proxy's word that it has applied a response.
public struct Acknowledgement: Sendable, Hashable {
    /// The type of the resources.
    public let typeURL: EnvoyTypeURL
    /// The nonce of the response.
    public let nonce: String
    /// The version of the type that the response brought.
    public let version: String
}

/// A proxy's refusal of a response.
public struct Rejection: Sendable, Hashable {
    /// The type of the resources.
    public let typeURL: EnvoyTypeURL
    /// The nonce of the response.
    public let nonce: String
    /// The resources that the proxy's error names, or all of the response if it
    /// names none.
    public let resourceNames: [String]
    /// The gRPC status code that the proxy gave.
    public let code: Int32
    /// The proxy's own words.
    public let message: String

    init(
        typeURL: EnvoyTypeURL, nonce: String, sentNames: [String], status: Google_Rpc_Status
    ) {
        self.typeURL = typeURL
        self.nonce = nonce
        self.code = status.code
        self.message = status.message
        let named = sentNames.filter { !$0.isEmpty && status.message.contains($0) }
        self.resourceNames = named.isEmpty ? sentNames : named
    }
}

/// The server's side of one xDS stream: a state machine without I/O or clock.
public protocol DiscoverySession: Sendable {
    /// What the proxy sends.
    associatedtype Request: Message & DiscoveryRequestMessage
    /// What the proxy gets.
    associatedtype Response: Message & DiscoveryResponseMessage

    /// A session at the start of a stream. It answers nothing before it has
    /// resources.
    init()

    /// Takes what happened; gives what to do, in this order.
    mutating func handle(_ event: DiscoveryEvent<Request>) -> [DiscoveryAction<Response>]
}

/// What requests of both protocol variants have in common.
public protocol DiscoveryRequestMessage: Sendable {
    /// The type that the request is about.
    var typeURL: String { get set }
    /// Who asks. Given in the first request of a stream.
    var node: Envoy_Config_Core_V3_Node { get }
    /// Whether the request says who asks.
    var hasNode: Bool { get }
}

/// What responses of both protocol variants have in common.
public protocol DiscoveryResponseMessage: Sendable {
    /// The type of the resources.
    var typeURL: String { get }
    /// Names the response in its ACK or NACK.
    var nonce: String { get }
    /// The version of all resources of the type.
    var typeVersion: String { get }
}

extension Envoy_Service_Discovery_V3_DiscoveryRequest: DiscoveryRequestMessage {}
extension Envoy_Service_Discovery_V3_DeltaDiscoveryRequest: DiscoveryRequestMessage {}

extension Envoy_Service_Discovery_V3_DiscoveryResponse: DiscoveryResponseMessage {
    public var typeVersion: String { versionInfo }
}

extension Envoy_Service_Discovery_V3_DeltaDiscoveryResponse: DiscoveryResponseMessage {
    public var typeVersion: String { systemVersionInfo }
}
