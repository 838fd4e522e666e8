internal import EnvoyAPI
internal import Foundation
internal import SwiftProtobuf

typealias EnvoyAccessLog = Envoy_Config_Accesslog_V3_AccessLog
typealias EnvoyAddress = Envoy_Config_Core_V3_Address
typealias EnvoyCluster = Envoy_Config_Cluster_V3_Cluster
typealias EnvoyEndpoint = Envoy_Config_Endpoint_V3_LbEndpoint
typealias EnvoyFilterChain = Envoy_Config_Listener_V3_FilterChain
typealias EnvoyHeaderMatcher = Envoy_Config_Route_V3_HeaderMatcher
typealias EnvoyHTTPManager = Envoy_Extensions_Filters_Network_HttpConnectionManager_V3_HttpConnectionManager
typealias EnvoyHTTPOptions = Envoy_Extensions_Upstreams_Http_V3_HttpProtocolOptions
typealias EnvoyListener = Envoy_Config_Listener_V3_Listener
typealias EnvoyListenerFilter = Envoy_Config_Listener_V3_ListenerFilter
typealias EnvoyLoadAssignment = Envoy_Config_Endpoint_V3_ClusterLoadAssignment
typealias EnvoyLocalityEndpoints = Envoy_Config_Endpoint_V3_LocalityLbEndpoints
typealias EnvoyMetadata = Envoy_Config_Core_V3_Metadata
typealias EnvoyNetworkFilter = Envoy_Config_Listener_V3_Filter
typealias EnvoyRoute = Envoy_Config_Route_V3_Route
typealias EnvoyRouteAction = Envoy_Config_Route_V3_RouteAction
typealias EnvoyRouteConfiguration = Envoy_Config_Route_V3_RouteConfiguration
typealias EnvoySecret = Envoy_Extensions_TransportSockets_Tls_V3_Secret
typealias EnvoyStringMatcher = Envoy_Type_Matcher_V3_StringMatcher
typealias EnvoyTCPProxy = Envoy_Extensions_Filters_Network_TcpProxy_V3_TcpProxy
typealias EnvoyTransportSocket = Envoy_Config_Core_V3_TransportSocket
typealias EnvoyVirtualHost = Envoy_Config_Route_V3_VirtualHost

extension Message {
    /// The message inside an `Any`, encoded the same way every time.
    var packed: Google_Protobuf_Any {
        var any = Google_Protobuf_Any()
        any.typeURL = "type.googleapis.com/" + Self.protoMessageName
        any.value = Data(ResourceEncoder.bytes(of: self))
        return any
    }
}

extension Google_Protobuf_Duration {
    init(_ duration: Duration) {
        let (seconds, attoseconds) = duration.components
        self.init(seconds: seconds, nanos: Int32(attoseconds / 1_000_000_000))
    }

    static let zero = Google_Protobuf_Duration(seconds: 0, nanos: 0)
}

extension EnvoyAddress {
    /// A socket address.
    init(_ address: String, port: Int) {
        self.init()
        socketAddress.address = address
        socketAddress.portValue = UInt32(clamping: port)
    }

    /// A Unix socket.
    init(pipe path: String) {
        self.init()
        pipe.path = path
    }
}

extension EnvoyMetadata {
    /// Metadata under the name that Istio's tools read.
    init(istio fields: [String: Google_Protobuf_Value]) {
        self.init()
        filterMetadata = ["istio": Google_Protobuf_Struct(fields: fields)]
    }

    /// Which object a resource comes from, in the form Istio's tools read.
    static func config(_ kind: String, namespace: String, name: String) -> Google_Protobuf_Value {
        Google_Protobuf_Value(
            stringValue: "/apis/networking.istio.io/v1/namespaces/\(namespace)/\(kind)/\(name)")
    }
}

extension EnvoyTransportSocket {
    init(_ name: String, _ config: some Message) {
        self.init()
        self.name = name
        typedConfig = config.packed
    }
}

extension EnvoyNetworkFilter {
    init(_ name: String, _ config: some Message) {
        self.init()
        self.name = name
        typedConfig = config.packed
    }
}

extension EnvoyStringMatcher {
    init(exact value: String) {
        self.init()
        exact = value
    }

    init(regex value: String) {
        self.init()
        safeRegex.regex = value
    }
}

extension Envoy_Config_Core_V3_ConfigSource {
    /// The stream that the resource itself came from.
    static let sameStream: Self = {
        var source = Self()
        source.ads = Envoy_Config_Core_V3_AggregatedConfigSource()
        source.initialFetchTimeout = .zero
        source.resourceApiVersion = .v3
        return source
    }()
}

extension Envoy_Type_V3_FractionalPercent {
    /// Parts of a million, or a plain hundred.
    init(percentage value: Double) {
        self.init()
        let parts = (value * 10_000).rounded()
        numerator = parts > 0 ? UInt32(min(parts, 1_000_000)) : 0
        denominator = .million
    }

    static let always: Self = {
        var percent = Self()
        percent.numerator = 100
        return percent
    }()
}
