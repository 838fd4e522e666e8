internal import SwiftProtobuf

extension Envoy_Config_Core_V3_Address {
    /// A TCP address: an IP address, or a name where Envoy resolves one.
    public static func socket(host: String, port: UInt32) -> Self {
        .with {
            $0.socketAddress.address = host
            $0.socketAddress.portValue = port
        }
    }

    /// A UDP address.
    public static func datagram(host: String, port: UInt32) -> Self {
        .with {
            $0.socketAddress.protocol = .udp
            $0.socketAddress.address = host
            $0.socketAddress.portValue = port
        }
    }

    /// A Unix domain socket.
    public static func pipe(path: String) -> Self {
        .with { $0.pipe.path = path }
    }
}

extension Envoy_Config_Core_V3_ConfigSource {
    /// Resources come over the aggregated stream that the proxy already has.
    /// The proxy waits for them as long as it takes.
    public static var aggregated: Self {
        .with {
            $0.ads = Envoy_Config_Core_V3_AggregatedConfigSource()
            $0.initialFetchTimeout = .init()
            $0.resourceApiVersion = .v3
        }
    }
}
