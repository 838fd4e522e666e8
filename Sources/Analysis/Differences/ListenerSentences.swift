internal import MeshAPI

/// What becomes of connections, said of a listener.
enum ListenerSentences {
    static func add(_ listener: ConfigValue, to facts: inout BehaviourFacts) {
        let name = listener["name"]?.string ?? ""
        var chains = listener["filterChains"]?.array ?? []
        if let fallback = listener["defaultFilterChain"] { chains.append(fallback) }
        for chain in chains {
            let words = chain["filters"]?.array?.compactMap(words(of:)).first ?? "are closed"
            facts.add(subject(listener, chain, name: name), words, chain.without("filterChainMatch", "metadata"))
        }
        facts.add("the listener \(name)", "is there", listener.without("name", "filterChains", "defaultFilterChain", "metadata"), isBackground: true)
    }

    private static func subject(_ listener: ConfigValue, _ chain: ConfigValue, name: String) -> String {
        let address = listener["address"]?["socketAddress"]
        let port = address?["portValue"]?.int ?? 0
        let host = address?["address"]?.string ?? ""
        if name == "virtualOutbound" {
            return "connections to undeclared destinations" + (chain["name"]?.string.map { " (\($0))" } ?? "")
        }
        var subject = "connections to \(host == "0.0.0.0" || host == "::" ? "port \(port)" : "\(host):\(port)")"
        guard let match = chain["filterChainMatch"] else { return subject }
        if let names = match["serverNames"]?.array { subject += " with the server name \(names.compactMap(\.string).joined(separator: ", "))" }
        let ranges = (match["prefixRanges"]?.array ?? []).compactMap { range in
            range["addressPrefix"]?.string.map { "\($0)/\(range["prefixLen"]?.int ?? 0)" }
        }
        if !ranges.isEmpty { subject += " at \(ranges.joined(separator: ", "))" }
        if let transport = match["transportProtocol"]?.string { subject += " over \(transport)" }
        if let protocols = match["applicationProtocols"]?.array { subject += " speaking \(protocols.compactMap(\.string).joined(separator: ", "))" }
        return subject
    }

    private static func words(of filter: ConfigValue) -> String? {
        guard let configuration = filter["typedConfig"] else { return nil }
        if let cluster = configuration["cluster"]?.string { return "go to \(ClusterName.words(cluster))" }
        if let clusters = configuration["weightedClusters"]?["clusters"]?.array {
            return "go to " + clusters.map { "\(ClusterName.words($0["name"]?.string ?? "")) (\($0["weight"]?.int ?? 0))" }.joined(separator: " and ")
        }
        if let routes = configuration["rds"]?["routeConfigName"]?.string { return "are read as HTTP and routed by \(routes)" }
        return nil
    }
}
