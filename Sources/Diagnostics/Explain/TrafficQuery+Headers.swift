extension TrafficQuery {
    /// Adds request headers given as `name:value`.
    ///
    /// - Returns: What is wrong with one of them, or nil.
    public mutating func add(headers lines: [String]) -> String? {
        for line in lines {
            let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, !parts[0].isEmpty else { return "a header is name:value, not \(line)" }
            headers[parts[0].lowercased()] = String(parts[1].drop { $0 == " " })
        }
        return nil
    }
}
