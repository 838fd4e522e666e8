internal import EnvoyAPI
internal import SwiftProtobuf

/// `Listener` to ``ListenerPlan``.
struct ListenerCompiler {
    let arena: Arena

    func compile(_ message: Envoy_Config_Listener_V3_Listener) throws(CompileError) -> ListenerPlan {
        switch message.listenerSpecifier {
        case .internalListener: throw .unsupported("internal_listener")
        case nil: break
        }
        if message.hasApiListener { throw .unsupported("api_listener") }
        var plan = ListenerPlan()
        plan.name = arena.text(message.name)
        try addresses(message, &plan)
        plan.bindToPort = !message.hasBindToPort || message.bindToPort.value
        plan.useOriginalDestination = message.useOriginalDst.value
        plan.direction =
            switch message.trafficDirection {
            case .unspecified, .UNRECOGNIZED: .unspecified
            case .inbound: .inbound
            case .outbound: .outbound
            }
        if message.hasPerConnectionBufferLimitBytes {
            plan.bufferLimit = Int(message.perConnectionBufferLimitBytes.value)
        }
        try inspection(message, &plan)

        let compiler = FilterChainCompiler(arena: arena)
        var chains: [FilterChainPlan] = []
        for (index, chain) in message.filterChains.enumerated() {
            chains.append(
                try within("filter_chains[\(index)]") { () throws(CompileError) in try compiler.compile(chain) })
        }
        var builder = FilterChainMatcherBuilder(arena: arena)
        plan.matcher = try builder.build(message.filterChains, chains.map(\.criteria))
        if message.hasDefaultFilterChain {
            var chain = try within("default_filter_chain") { () throws(CompileError) in
                try compiler.compile(message.defaultFilterChain)
            }
            chain.isDefault = true
            plan.defaultChain = chains.count
            chains.append(chain)
        }
        guard !chains.isEmpty else { throw CompileError("filter_chains", "no filter chains specified") }
        plan.chains = arena.array(chains)
        return plan
    }

    private func addresses(_ message: Envoy_Config_Listener_V3_Listener, _ plan: inout ListenerPlan)
        throws(CompileError)
    {
        var addresses: [ListenerAddress] = []
        let all = [message.address] + message.additionalAddresses.map(\.address)
        for (index, address) in all.enumerated() {
            let path = index == 0 ? "address" : "additional_addresses[\(index - 1)].address"
            switch address.address {
            case .socketAddress(let socket):
                guard socket.protocol == .tcp else { throw .unsupported("\(path).socket_address.protocol") }
                guard let ip = IPAddress(socket.address) else {
                    throw CompileError("\(path).socket_address.address", "\"\(socket.address)\" is not an IP address")
                }
                addresses.append(ListenerAddress(address: ip, port: UInt16(truncatingIfNeeded: socket.portValue)))
            case .pipe(let pipe): plan.unixPath = arena.text(pipe.path)
            case .envoyInternalAddress: throw .unsupported("\(path).envoy_internal_address")
            case nil: throw CompileError(path, "none is set")
            }
        }
        plan.addresses = arena.array(addresses)
    }

    private func inspection(_ message: Envoy_Config_Listener_V3_Listener, _ plan: inout ListenerPlan)
        throws(CompileError)
    {
        for (index, filter) in message.listenerFilters.enumerated() {
            let path = "listener_filters[\(index)]"
            var disabled: [PortRange] = []
            if filter.hasFilterDisabled {
                disabled = try PortSet.ports(filter.filterDisabled, "\(path).filter_disabled").ranges
            }
            switch filter.typedConfig.messageName {
            case "envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector":
                plan.inspection.tls = true
                plan.inspection.tlsDisabledPorts = arena.array(disabled)
            case "envoy.extensions.filters.listener.http_inspector.v3.HttpInspector":
                plan.inspection.http = true
                plan.inspection.httpDisabledPorts = arena.array(disabled)
            case "envoy.extensions.filters.listener.original_dst.v3.OriginalDst":
                plan.restoresOriginalDestination = true
            case "envoy.extensions.filters.listener.proxy_protocol.v3.ProxyProtocol":
                plan.inspection.proxyProtocol = true
            case let type:
                throw CompileError(path, "listener filter \"\(filter.name)\" of type \(type) is not supported")
            }
        }
        if message.hasListenerFiltersTimeout {
            plan.inspection.timeoutMilliseconds = message.listenerFiltersTimeout.milliseconds
        }
        plan.inspection.continuesOnTimeout = message.continueOnListenerFiltersTimeout
    }
}

/// Sets of ports, for the conditions that switch listener filters off.
struct PortSet {
    var ranges: [PortRange]

    static let all = PortSet(ranges: [PortRange(first: 0, last: .max)])

    static func ports(_ rule: Envoy_Config_Listener_V3_ListenerFilterChainMatchPredicate, _ path: String)
        throws(CompileError) -> PortSet
    {
        switch rule.rule {
        case .anyMatch: return all
        case .destinationPortRange(let range):
            guard range.start < range.end else { return PortSet(ranges: []) }
            return PortSet(
                ranges: [PortRange(first: UInt16(clamping: range.start), last: UInt16(clamping: range.end - 1))])
        case .notMatch(let inner): return try ports(inner, "\(path).not_match").inverted
        case .orMatch(let set):
            var result = PortSet(ranges: [])
            for (index, inner) in set.rules.enumerated() {
                result = result.union(try ports(inner, "\(path).or_match.rules[\(index)]"))
            }
            return result
        case .andMatch(let set):
            var result = all
            for (index, inner) in set.rules.enumerated() {
                let other = try ports(inner, "\(path).and_match.rules[\(index)]")
                result = result.inverted.union(other.inverted).inverted
            }
            return result
        case nil: throw CompileError(path, "no rule, or one that is not supported")
        }
    }

    func union(_ other: PortSet) -> PortSet {
        var merged: [PortRange] = []
        for range in (ranges + other.ranges).sorted(by: { $0.first < $1.first }) {
            if let last = merged.last, Int(range.first) <= Int(last.last) + 1 {
                merged[merged.count - 1].last = Swift.max(last.last, range.last)
            } else {
                merged.append(range)
            }
        }
        return PortSet(ranges: merged)
    }

    var inverted: PortSet {
        var result: [PortRange] = []
        var next = 0
        for range in union(PortSet(ranges: [])).ranges {
            if Int(range.first) > next { result.append(PortRange(first: UInt16(next), last: range.first - 1)) }
            next = Int(range.last) + 1
        }
        if next <= 65535 { result.append(PortRange(first: UInt16(next), last: .max)) }
        return PortSet(ranges: result)
    }
}
