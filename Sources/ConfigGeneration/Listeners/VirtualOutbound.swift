internal import EnvoyAPI
internal import MeshAPI
internal import ServiceRegistry
internal import SwiftProtobuf

/// The listener that every captured connection reaches first, and what is
/// done with connections that no service claims.
struct VirtualOutbound {
    let context: ProxyContext

    /// Hands connections on to the listener of their original destination.
    var listener: EnvoyListener {
        let port = Int(context.mesh.proxyListenPort)
        var listener = EnvoyListener()
        listener.name = Names.virtualOutbound
        listener.trafficDirection = .outbound
        listener.accessLog = context.telemetry.listenerLogs
        listener.useOriginalDst = .init(true)
        listener.maxConnectionsToAcceptPerSocketEvent = .init(1)
        listener.filterChains = [blackHole(port)]
        // A relay announces itself: nobody else may, so it isn't heard from afar.
        let isRelayed = context.proxy.metadata["PETREL_CAPTURE"] == "proxy-protocol"
        listener.address = EnvoyAddress(isRelayed ? context.loopback : context.wildcard, port: port)
        if isRelayed {
            listener.listenerFilters = [ListenerFilters.proxyProtocol]
        } else {
            listener.additionalAddresses = context.additionalAddresses(bind: context.wildcard, port: port)
        }
        var rest = EnvoyFilterChain()
        rest.name = "virtualOutbound-catchall-tcp"
        rest.filters = NetworkFilters(context: context).plain(context.fallbackCluster)
        if context.scope.outboundMode == .allowAnyDynamicDNS {
            // What is found not to be HTTP has gone past the chains without
            // conditions: only the default chain takes it.
            listener.listenerFilters.append(ListenerFilters.httpInspector)
            listener.filterChains.append(dynamicHTTP)
            listener.defaultFilterChain = rest
        } else {
            listener.filterChains.append(rest)
        }
        return listener
    }

    /// Ends what was sent to the listener itself, which would go round forever.
    private func blackHole(_ port: Int) -> EnvoyFilterChain {
        var chain = EnvoyFilterChain()
        chain.name = "virtualOutbound-blackhole"
        chain.filterChainMatch.destinationPort = .init(UInt32(clamping: port))
        chain.filters = NetworkFilters(context: context).plain(Names.blackHole)
        return chain
    }

    private var dynamicHTTP: EnvoyFilterChain {
        var routes = EnvoyRouteConfiguration()
        routes.name = "allow_any_dynamic_dns"
        routes.virtualHosts = [CatchAllHost(context: context).message]
        routes.validateClusters = .init(false)
        var manager = HTTPManager(routes: .inline(routes), statPrefix: "\(Names.virtualOutbound);", context: context)
        manager.dynamicHosts = [DynamicDNS.fallbackHost]
        var chain = EnvoyFilterChain()
        chain.name = "virtualOutbound-catchall-tcp-http"
        chain.filterChainMatch.transportProtocol = "raw_buffer"
        chain.filterChainMatch.applicationProtocols = ["http/1.1", "h2c"]
        chain.filters = [manager.filter(for: context.proxy)]
        return chain
    }

    /// What a shared listener does with connections that none of its
    /// services claims; the name is Istio's, also where they are refused.
    var fallbackChain: EnvoyFilterChain {
        var chain = EnvoyFilterChain()
        chain.name = Names.passthroughChain
        chain.filterChainMatch = .init()
        chain.filters = NetworkFilters(context: context).plain(context.fallbackCluster)
        return chain
    }
}
