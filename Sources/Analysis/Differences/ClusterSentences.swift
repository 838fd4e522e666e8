internal import MeshAPI

/// How a service is reached, said of a cluster.
enum ClusterSentences {
    static func add(_ cluster: ConfigValue, endpoints: ConfigValue?, to facts: inout BehaviourFacts) {
        let name = cluster["name"]?.string ?? ""
        let assignment = cluster["loadAssignment"] ?? endpoints ?? .null
        var words = "are made "
        if let tls = cluster["transportSocket"]?["typedConfig"] {
            words += "with TLS" + (tls["sni"]?.string.map { " for the server name \($0)" } ?? "")
        } else if cluster["transportSocketMatches"] != nil {
            words += "with mesh TLS where the endpoint speaks it"
        } else {
            words += "in plaintext"
        }
        let places = places(assignment)
        words += places.isEmpty ? "" : " to \(places.joined(separator: ", "))"
        let settings = cluster.without("name", "loadAssignment", "metadata", "altStatName")
        facts.add("connections for \(ClusterName.words(name))", words, ["cluster": settings, "endpoints": assignment])
    }

    private static func places(_ assignment: ConfigValue) -> [String] {
        let endpoints = (assignment["endpoints"]?.array ?? []).flatMap { $0["lbEndpoints"]?.array ?? [] }
        return endpoints.compactMap { endpoint in
            let address = endpoint["endpoint"]?["address"]
            if let path = address?["pipe"]?["path"]?.string { return "unix://\(path)" }
            guard let host = address?["socketAddress"]?["address"]?.string else { return nil }
            return "\(host):\(address?["socketAddress"]?["portValue"]?.int ?? 0)"
        }
    }
}
