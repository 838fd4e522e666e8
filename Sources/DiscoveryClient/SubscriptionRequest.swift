public import EnvoyAPI
internal import SwiftProtobuf

/// Which of the two xDS protocols a stream speaks.
public enum DiscoveryVariant: Sendable, Hashable {
    /// Only what changed is sent (`DELTA_GRPC`).
    case delta
    /// Every response to a wildcard request holds everything (`GRPC`).
    case stateOfTheWorld
}

/// What the client says about one type, in neither protocol's words.
public struct SubscriptionRequest: Sendable, Equatable {
    /// The type that is spoken of.
    public var type: EnvoyTypeURL
    /// Every name that is wanted now; empty for a wildcard.
    public var names: [String] = []
    /// Names that weren't wanted before.
    public var subscribe: [String] = []
    /// Names that aren't wanted any more.
    public var unsubscribe: [String] = []
    /// The response that is answered; empty when none is.
    public var nonce = ""
    /// The version of the type that was accepted last.
    public var version = ""
    /// At the start of a stream: what the client holds from an earlier one.
    public var heldVersions: [String: String] = [:]
    /// Why the response is refused; nil when it isn't.
    public var refusal: String?
    /// Who asks; with the first request of a stream, or with every one.
    public var node: Envoy_Config_Core_V3_Node?

    init(type: EnvoyTypeURL) {
        self.type = type
    }

    /// The request in words of the incremental protocol.
    public var delta: Envoy_Service_Discovery_V3_DeltaDiscoveryRequest {
        .with {
            if let node { $0.node = node }
            $0.typeURL = type.rawValue
            $0.resourceNamesSubscribe = subscribe
            $0.resourceNamesUnsubscribe = unsubscribe
            $0.initialResourceVersions = heldVersions
            $0.responseNonce = nonce
            if let refusal { $0.errorDetail = Self.detail(refusal) }
        }
    }

    /// The request in words of the state-of-the-world protocol.
    public var stateOfTheWorld: Envoy_Service_Discovery_V3_DiscoveryRequest {
        .with {
            if let node { $0.node = node }
            $0.typeURL = type.rawValue
            $0.resourceNames = names
            $0.versionInfo = version
            $0.responseNonce = nonce
            if let refusal { $0.errorDetail = Self.detail(refusal) }
        }
    }

    private static func detail(_ reason: String) -> Google_Rpc_Status {
        .with {
            $0.code = 13  // INTERNAL, which Envoy sends, too.
            $0.message = reason
        }
    }
}
