/// One Envoy listener, compiled.
public struct ListenerPlan: BitwiseCopyable, Sendable {
    /// Which way the traffic goes, as the configuration says.
    public enum Direction: UInt8, BitwiseCopyable, Sendable {
        case unspecified, inbound, outbound
    }

    /// The resource's name, `0.0.0.0_80`.
    public var name = FlatText()
    /// Addresses it stands for; a wildcard address (`0.0.0.0`, `::`) means any.
    /// The first is `address`, the others `additional_addresses`.
    public var addresses = FlatArray<ListenerAddress>()
    /// Path of a Unix domain socket, instead of `addresses`.
    public var unixPath = FlatText()
    /// Whether a socket must be bound. A listener that isn't bound receives what
    /// `virtualOutbound` hands over by original destination.
    public var bindToPort = true
    /// Whether connections are handed to the listener of their original destination.
    public var useOriginalDestination = false
    /// Whether the original destination is read from the socket even without the
    /// hand-over (`original_dst` listener filter).
    public var restoresOriginalDestination = false
    /// What the configuration says about direction.
    public var direction = Direction.unspecified
    /// Which bytes must be seen before a filter chain can be chosen.
    public var inspection = InspectionPlan()
    /// The filter chains in the order written.
    public var chains = FlatArray<FilterChainPlan>()
    /// Index in `chains` of the default chain, always the last one; nil without one.
    public var defaultChain: Int?
    /// The tree that chooses among the others.
    var matcher = FilterChainMatcher()
    /// Bytes buffered for a connection before reading stops; 1 MiB by default.
    public var bufferLimit: Int = 1 << 20
}

/// One address of a listener.
public struct ListenerAddress: BitwiseCopyable, Hashable, Sendable {
    /// The address.
    public var address: IPAddress
    /// The port.
    public var port: UInt16
}

/// What a listener must look at before it can choose a filter chain.
public struct InspectionPlan: BitwiseCopyable, Sendable {
    /// A PROXY protocol header precedes the bytes.
    public var proxyProtocol = false
    /// The ClientHello is read for SNI and ALPN, on the ports it isn't disabled for.
    public var tls = false
    /// Request line or HTTP/2 preface is looked for, on the ports it isn't disabled for.
    public var http = false
    /// Original destination ports for which the TLS inspector is off.
    public var tlsDisabledPorts = FlatArray<PortRange>()
    /// Original destination ports for which the HTTP inspector is off.
    public var httpDisabledPorts = FlatArray<PortRange>()
    /// How long to wait for the bytes; 0 waits for ever. Envoy's default is 15 s.
    public var timeoutMilliseconds: Int64 = 15_000
    /// Whether a chain is chosen with what is known when the time is over
    /// (otherwise the connection is closed).
    public var continuesOnTimeout = false

    /// Whether the ClientHello must be looked at for this destination port.
    public func inspectsTLS(port: UInt16) -> Bool {
        tls && !tlsDisabledPorts.contains { $0.contains(port) }
    }

    /// Whether HTTP must be looked for on this destination port.
    public func inspectsHTTP(port: UInt16) -> Bool {
        http && !httpDisabledPorts.contains { $0.contains(port) }
    }
}

/// Ports from `first` to `last`, both included.
public struct PortRange: BitwiseCopyable, Hashable, Sendable {
    /// The lowest port.
    public var first: UInt16
    /// The highest port.
    public var last: UInt16

    /// Whether a port lies in it.
    public func contains(_ port: UInt16) -> Bool { first <= port && port <= last }
}
