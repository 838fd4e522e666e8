internal import EnvoyAPI

/// Builds the tree that chooses a filter chain.
struct FilterChainMatcherBuilder {
    private struct Entry {
        var chain: Int
        var criteria: FilterChainCriteria
    }

    private let arena: Arena
    private var destinations: [AddressTable] = []
    private var names: [FilterChainMatcher.NameLevel] = []
    private var transports: [FilterChainMatcher.TransportLevel] = []
    private var protocols: [FilterChainMatcher.ProtocolLevel] = []
    private var directSources: [AddressTable] = []
    private var sourceTypes: [FilterChainMatcher.SourceLevel] = []
    private var sources: [AddressTable] = []
    private var sourcePorts: [FilterChainMatcher.PortLevel] = []

    init(arena: Arena) {
        self.arena = arena
    }

    mutating func build(
        _ messages: [Envoy_Config_Listener_V3_FilterChain], _ criteria: [FilterChainCriteria]
    ) throws(CompileError) -> FilterChainMatcher {
        let entries = criteria.enumerated().map { Entry(chain: $0, criteria: $1) }
        var matcher = FilterChainMatcher()
        var ports: [FilterChainMatcher.Branch<UInt16>] = []
        for (port, group) in grouped(entries, { [$0.destinationPort] }) {
            let next = try destination(group)
            if port == 0 { matcher.ports.any = next } else { ports.append(.init(key: port, next: next)) }
        }
        matcher.ports.ports = arena.array(ports)
        matcher.destinations = arena.array(destinations)
        matcher.names = arena.array(names)
        matcher.transports = arena.array(transports)
        matcher.protocols = arena.array(protocols)
        matcher.directSources = arena.array(directSources)
        matcher.sourceTypes = arena.array(sourceTypes)
        matcher.sources = arena.array(sources)
        matcher.sourcePorts = arena.array(sourcePorts)
        return matcher
    }

    /// Groups entries by each value they ask for, in order of first appearance.
    private func grouped<Key: Hashable>(
        _ entries: [Entry], _ keys: (FilterChainCriteria) -> [Key]
    ) -> [(Key, [Entry])] {
        var order: [Key] = []
        var groups: [Key: [Entry]] = [:]
        for entry in entries {
            for key in keys(entry.criteria) {
                if groups[key] == nil { order.append(key) }
                groups[key, default: []].append(entry)
            }
        }
        return order.map { ($0, groups[$0] ?? []) }
    }

    private enum Level: Int {
        case destination, name, transport, application, direct, sourceType, source, sourcePort
    }

    /// A reference straight to the chain when there is one only and it asks for
    /// nothing at this level or below.
    private func leaf(_ entries: [Entry], from level: Level) -> Int32? {
        guard entries.count == 1, let entry = entries.first else { return nil }
        let criteria = entry.criteria
        let asks = [
            !criteria.destinations.isEmpty, !criteria.serverNames.isEmpty, !criteria.transportProtocol.isEmpty,
            !criteria.applicationProtocols.isEmpty, !criteria.directSources.isEmpty, criteria.sourceType != .any,
            !criteria.sources.isEmpty, !criteria.sourcePorts.isEmpty,
        ]
        return asks[level.rawValue...].contains(true) ? nil : -2 - Int32(entry.chain)
    }

    private mutating func table(
        _ entries: [Entry], _ ranges: (FilterChainCriteria) -> FlatArray<AddressRange>,
        _ next: (inout Self, [Entry]) throws(CompileError) -> Int32
    ) throws(CompileError) -> AddressTable {
        var fallback = FilterChainMatcher.none
        var found: [AddressTable.Entry] = []
        for (range, group) in grouped(entries, { Self.optional(ranges($0)) }) {
            let reference = try next(&self, group)
            if let range { found.append(.init(range: range, value: reference)) } else { fallback = reference }
        }
        return AddressTable(found, fallback: fallback, in: arena)
    }

    private static func optional<Element>(_ elements: FlatArray<Element>) -> [Element?] {
        elements.isEmpty ? [nil] : elements.map { Optional($0) }
    }

    private mutating func destination(_ entries: [Entry]) throws(CompileError) -> Int32 {
        if let leaf = leaf(entries, from: .destination) { return leaf }
        let table = try table(entries, \.destinations) { (builder, group) throws(CompileError) in
            try builder.name(group)
        }
        destinations.append(table)
        return Int32(destinations.count - 1)
    }

    private mutating func name(_ entries: [Entry]) throws(CompileError) -> Int32 {
        if let leaf = leaf(entries, from: .name) { return leaf }
        var level = FilterChainMatcher.NameLevel()
        var branches: [FilterChainMatcher.Branch<FlatText>] = []
        var hashes: [(hash: UInt64, value: Int)] = []
        let groups = grouped(entries) { criteria in
            criteria.serverNames.isEmpty ? [""] : criteria.serverNames.map(\.string)
        }
        for (name, group) in groups {
            let next = try transport(group)
            if name.isEmpty {
                level.any = next
                continue
            }
            let text = arena.text(name.hasPrefix("*.") ? String(name.dropFirst()) : name)
            hashes.append((ByteComparison.hashIgnoringCase(text.buffer), branches.count))
            branches.append(.init(key: text, next: next))
        }
        level.names = arena.array(branches)
        level.index = HashIndex(hashes, in: arena)
        names.append(level)
        return Int32(names.count - 1)
    }

    private mutating func transport(_ entries: [Entry]) throws(CompileError) -> Int32 {
        if let leaf = leaf(entries, from: .transport) { return leaf }
        var level = FilterChainMatcher.TransportLevel()
        for (name, group) in grouped(entries, { [$0.transportProtocol.string] }) {
            let next = try application(group)
            switch name {
            case "": level.any = next
            case "tls": level.tls = next
            case "raw_buffer": level.rawBuffer = next
            default: break
            }
        }
        transports.append(level)
        return Int32(transports.count - 1)
    }

    private mutating func application(_ entries: [Entry]) throws(CompileError) -> Int32 {
        if let leaf = leaf(entries, from: .application) { return leaf }
        var level = FilterChainMatcher.ProtocolLevel()
        var branches: [FilterChainMatcher.Branch<FlatText>] = []
        let groups = grouped(entries) { criteria in
            criteria.applicationProtocols.isEmpty ? [""] : criteria.applicationProtocols.map(\.string)
        }
        for (name, group) in groups {
            let next = try direct(group)
            if name.isEmpty { level.any = next } else { branches.append(.init(key: arena.text(name), next: next)) }
        }
        level.protocols = arena.array(branches)
        protocols.append(level)
        return Int32(protocols.count - 1)
    }

    private mutating func direct(_ entries: [Entry]) throws(CompileError) -> Int32 {
        if let leaf = leaf(entries, from: .direct) { return leaf }
        let table = try table(entries, \.directSources) { (builder, group) throws(CompileError) in
            try builder.sourceType(group)
        }
        directSources.append(table)
        return Int32(directSources.count - 1)
    }

    private mutating func sourceType(_ entries: [Entry]) throws(CompileError) -> Int32 {
        if let leaf = leaf(entries, from: .sourceType) { return leaf }
        var level = FilterChainMatcher.SourceLevel()
        for (type, group) in grouped(entries, { [$0.sourceType] }) {
            let next = try source(group)
            switch type {
            case .any: level.any = next
            case .sameAddressOrLoopback: level.local = next
            case .external: level.external = next
            }
        }
        sourceTypes.append(level)
        return Int32(sourceTypes.count - 1)
    }

    private mutating func source(_ entries: [Entry]) throws(CompileError) -> Int32 {
        if let leaf = leaf(entries, from: .source) { return leaf }
        let table = try table(entries, \.sources) { (builder, group) throws(CompileError) in
            try builder.sourcePort(group)
        }
        sources.append(table)
        return Int32(sources.count - 1)
    }

    private mutating func sourcePort(_ entries: [Entry]) throws(CompileError) -> Int32 {
        if let leaf = leaf(entries, from: .sourcePort) { return leaf }
        var level = FilterChainMatcher.PortLevel()
        var branches: [FilterChainMatcher.Branch<UInt16>] = []
        for (port, group) in grouped(entries, { Self.optional($0.sourcePorts) }) {
            guard group.count == 1, let entry = group.first else {
                let chains = group.map { "filter_chains[\($0.chain)]" }.joined(separator: " and ")
                throw CompileError(chains, "multiple filter chains with the same matching rules are defined")
            }
            let reference = -2 - Int32(entry.chain)
            if let port { branches.append(.init(key: port, next: reference)) } else { level.any = reference }
        }
        level.ports = arena.array(branches)
        sourcePorts.append(level)
        return Int32(sourcePorts.count - 1)
    }
}
