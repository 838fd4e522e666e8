internal import MeshAPI

/// What becomes of HTTP requests, said of a route configuration.
enum RouteSentences {
    static func add(_ configuration: ConfigValue, to facts: inout BehaviourFacts) {
        let name = configuration["name"]?.string ?? ""
        for host in configuration["virtualHosts"]?.array ?? [] {
            let subject = subject(host["name"]?.string ?? "", configuration: name)
            for route in host["routes"]?.array ?? [] {
                facts.add(
                    subject + path(route["match"] ?? .null), words(route),
                    route.without("match", "name", "metadata", "decorator"))
            }
            let aliases = (host["domains"]?.array ?? []).compactMap(\.string)
            if host["name"]?.string != "allow_any", host["name"]?.string != "block_all" {
                facts.add("the host \(host["name"]?.string ?? "") of \(name)", "has its routes", .strings(aliases.sorted()), isBackground: true)
            }
        }
    }

    private static func subject(_ host: String, configuration: String) -> String {
        switch host {
        case "allow_any", "block_all": return "requests to undeclared hosts on port \(configuration) at "
        default: break
        }
        let bare = host.hasSuffix(":80") ? String(host.dropLast(3)) : host
        return "requests to http://\(bare)"
    }

    /// The path that a rule is for, and its other conditions.
    private static func path(_ match: ConfigValue) -> String {
        let path = match["path"]?.string ?? match["prefix"]?.string.map { $0 + "*" } ?? match["pathSeparatedPrefix"]?.string.map { $0 + "/*" }
            ?? match["safeRegex"]?["regex"]?.string.map { "/ matching \($0)" } ?? "/*"
        let others = match.without("path", "prefix", "pathSeparatedPrefix", "safeRegex", "caseSensitive")
        guard case .object(let fields) = others, !fields.isEmpty else { return path }
        return path + " with \(others.json())"
    }

    private static func words(_ route: ConfigValue) -> String {
        if let redirect = route["redirect"] { return "are redirected: \(redirect.json())" }
        if let direct = route["directResponse"] { return "are answered \(direct["status"]?.int ?? 0) by the proxy" }
        let action = route["route"] ?? .null
        var words = "go to "
        if let clusters = action["weightedClusters"]?["clusters"]?.array {
            words += clusters.map { "\(ClusterName.words($0["name"]?.string ?? "")) (\($0["weight"]?.int ?? 0))" }.joined(separator: " and ")
        } else {
            words += ClusterName.words(action["cluster"]?.string ?? "")
        }
        if let path = action["prefixRewrite"]?.string ?? action["regexRewrite"]?["substitution"]?.string { words += " with the path \(path)" }
        if let authority = action["hostRewriteLiteral"]?.string { words += " with the authority \(authority)" }
        return words
    }
}

/// Names of clusters in words.
enum ClusterName {
    static func words(_ name: String) -> String {
        switch name {
        case "PassthroughCluster": return "the address that the app dialled"
        case "BlackHoleCluster": return "nowhere (refused)"
        default: break
        }
        let parts = name.split(separator: "|", omittingEmptySubsequences: false)
        guard parts.count == 4, parts[0] == "outbound" else { return name }
        return "\(parts[3]) port \(parts[1])" + (parts[2].isEmpty ? "" : " subset \(parts[2])")
    }
}
