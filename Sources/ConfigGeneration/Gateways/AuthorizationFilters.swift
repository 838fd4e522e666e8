internal import EnvoyAPI
internal import MeshAPI
internal import ServiceRegistry
internal import SwiftProtobuf

/// The filters that enforce the AuthorizationPolicies of a gateway's proxies:
/// what is denied first, then what must be allowed.
struct AuthorizationFilters {
    let context: ProxyContext

    var http: [(name: String, config: Google_Protobuf_Any)] { [] }

    var network: [EnvoyNetworkFilter] { [] }
}
