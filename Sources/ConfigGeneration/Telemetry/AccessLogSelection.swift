internal import MeshAPI
internal import ServiceRegistry

/// Which providers take a proxy's access log.
struct AccessLogSelection {
    struct Entry {
        let provider: String
        /// A CEL expression.
        let filter: String?
    }

    /// In the order of their names; nil when nobody says anything, so that
    /// the mesh's file stands.
    private(set) var chosen: [Entry]?

    /// - Parameter levels: from the root namespace to the nearest.
    init(_ levels: [[Telemetry.AccessLogging]], context: ProxyContext) {
        var providers = context.mesh.defaultProviders?.accessLogging ?? []
        let said = levels.filter { !$0.isEmpty }
        if said.isEmpty, providers.isEmpty { return }
        var filters: [String: String?] = [:]
        var disabled: Set<String> = []
        for level in said {
            // Within a level, providers are those of all its entries.
            var own: [String] = []
            for entry in level where Self.isOutbound(entry.match) {
                let named = entry.providers.map(\.name)
                for name in named.isEmpty ? providers : named {
                    if !own.contains(name) { own.append(name) }
                    filters[name] = entry.filter.map(\.expression)
                    if entry.disabled ?? false { disabled.insert(name) } else { disabled.remove(name) }
                }
            }
            if !own.isEmpty { providers = own }
        }
        // Who only speaks of the other side says nothing here.
        if providers.isEmpty { return }
        chosen = Set(providers).subtracting(disabled).sorted().map {
            Entry(provider: $0, filter: (filters[$0] ?? nil).flatMap { $0.isEmpty ? nil : $0 })
        }
    }

    /// Proxies here carry outbound traffic, as clients.
    private static func isOutbound(_ match: Telemetry.LogSelector?) -> Bool { (match?.mode ?? .clientAndServer) != .server }
}
