internal import EnvoyAPI
internal import MeshAPI
internal import ServiceRegistry
internal import SwiftProtobuf

/// A listener that several services may share while it is being built.
///
/// Every chain claims what it matches, and a claim is checked in constant
/// time: the first (oldest) service wins, whatever comes later on the same
/// match is left out.
final class OutboundListener {
    /// A chain that forwards bytes.
    struct TCPChain {
        var serverNames: [String] = []
        var ranges: [AddressRange] = []
        var filters: [EnvoyNetworkFilter]
        var rule: ResolvedVirtualService?
        var origins: [ObjectReference]
    }

    /// The chain that routes requests.
    struct HTTPChain {
        var manager: HTTPManager
        /// Only for what looks like HTTP; other bytes go elsewhere.
        var isSniffed: Bool
    }

    let bind: String
    let port: Int
    let bindsToPort: Bool
    /// Made by an explicit egress listener: nothing else may join.
    var isLocked = false
    var http: HTTPChain?
    private(set) var tcp: [TCPChain] = []
    private(set) var matchAll: TCPChain?
    private(set) var origins: [ObjectReference] = []
    private var claims: Set<String> = []

    init(bind: String, port: Int, bindsToPort: Bool) {
        self.bind = bind
        self.port = port
        self.bindsToPort = bindsToPort
    }

    var name: String { port == 0 ? bind : Names.listener(bind, port) }

    func note(_ added: [ObjectReference]) { origins += added }

    /// Adds a chain for what nobody has claimed of its match.
    func add(_ chain: TCPChain) {
        if chain.serverNames.isEmpty, chain.ranges.isEmpty {
            if matchAll == nil {
                matchAll = chain
                note(chain.origins)
            }
            return
        }
        var chain = chain
        var seen: Set<String> = []
        chain.ranges = chain.ranges.filter { seen.insert($0.canonical).inserted }
        let ranges = chain.ranges.isEmpty ? [""] : chain.ranges.map(\.canonical)
        if chain.serverNames.isEmpty {
            let free = zip(chain.ranges, ranges).filter { claims.insert($0.1).inserted }
            chain.ranges = free.map(\.0)
            if chain.ranges.isEmpty { return }
        } else {
            chain.serverNames = chain.serverNames.filter { name in
                let keys = ranges.map { "\($0) \(name)" }
                guard keys.allSatisfy({ !claims.contains($0) }) else { return false }
                claims.formUnion(keys)
                return true
            }
            if chain.serverNames.isEmpty { return }
        }
        tcp.append(chain)
        note(chain.origins)
    }
}

extension OutboundListener {
    /// The finished listener.
    func message(context: ProxyContext, fallback: @autoclosure () -> EnvoyFilterChain) -> EnvoyListener {
        var listener = EnvoyListener()
        listener.name = name
        listener.address = port == 0 ? EnvoyAddress(pipe: unixPath) : EnvoyAddress(bind, port: port)
        listener.additionalAddresses = context.additionalAddresses(bind: bind, port: port)
        listener.trafficDirection = .outbound
        listener.accessLog = context.telemetry.listenerLogs
        listener.continueOnListenerFiltersTimeout = true
        listener.listenerFiltersTimeout = .init(
            http?.isSniffed == true ? context.mesh.protocolDetectionTimeout ?? .zero : .zero)
        if !bindsToPort { listener.bindToPort = .init(false) }
        if tcp.contains(where: { !$0.serverNames.isEmpty }) {
            listener.listenerFilters.append(ListenerFilters.tlsInspector)
        }
        if http?.isSniffed == true { listener.listenerFilters.append(ListenerFilters.httpInspector) }
        var whole = matchAll.map(Self.chain)
        listener.filterChains.reserveCapacity(tcp.count + 1)
        if let http {
            let chain = Self.chain(http, proxy: context.proxy)
            if http.isSniffed { listener.filterChains.append(chain) } else { whole = chain }
        }
        listener.filterChains += tcp.map(Self.chain)
        if let whole, listener.filterChains.isEmpty {
            listener.filterChains = [whole]
        } else {
            listener.defaultFilterChain = whole ?? fallback()
        }
        return listener
    }

    private var unixPath: String { bind.hasPrefix("unix://") ? String(bind.dropFirst(7)) : bind }

    private static func chain(_ http: HTTPChain, proxy: ProxyIdentity) -> EnvoyFilterChain {
        var chain = EnvoyFilterChain()
        if http.isSniffed {
            chain.filterChainMatch.transportProtocol = "raw_buffer"
            chain.filterChainMatch.applicationProtocols = ["http/1.1", "h2c"]
        }
        chain.filters = [http.manager.filter(for: proxy)]
        chain.transportSocketConnectTimeout = connectTimeout
        return chain
    }

    private static func chain(_ tcp: TCPChain) -> EnvoyFilterChain {
        var chain = EnvoyFilterChain()
        if !tcp.serverNames.isEmpty { chain.filterChainMatch.serverNames = tcp.serverNames.sorted() }
        if !tcp.ranges.isEmpty {
            chain.filterChainMatch.prefixRanges = tcp.ranges.map { range in
                var cidr = Envoy_Config_Core_V3_CidrRange()
                cidr.addressPrefix = range.address.description
                cidr.prefixLen = .init(UInt32(range.prefixLength))
                return cidr
            }
        }
        chain.filters = tcp.filters
        if let rule = tcp.rule {
            chain.metadata = EnvoyMetadata(istio: [
                "config": EnvoyMetadata.config("virtual-service", namespace: rule.namespace, name: rule.name)
            ])
        }
        chain.transportSocketConnectTimeout = connectTimeout
        return chain
    }

    static let connectTimeout = Google_Protobuf_Duration(seconds: 15, nanos: 0)
}

extension ProxyContext {
    /// A proxy with both families listens on both wildcards.
    func additionalAddresses(bind: String, port: Int) -> [Envoy_Config_Listener_V3_AdditionalAddress] {
        guard bind == wildcard, isIPv4, proxy.supportsIPv6, port > 0 else { return [] }
        var address = Envoy_Config_Listener_V3_AdditionalAddress()
        address.address = EnvoyAddress("::", port: port)
        return [address]
    }
}
