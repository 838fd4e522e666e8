/// Rules that several kinds share.
extension ValidationContext {
    /// A message of Istio's, if there is one, with what to do about it.
    func error(_ code: ViolationCode, _ problem: String?, advice: String = "") {
        guard let problem else { return }
        error(code, advice.isEmpty ? problem : "\(problem); \(advice)")
    }

    func checkPort(_ number: UInt32) {
        guard !(1...65535).contains(number) else { return }
        error(.invalidPort, "port number \(number) must be in the range 1..65535")
    }

    func checkPortName(_ name: String) {
        guard !DomainName.isLabel(name) else { return }
        error(.invalidPortName, "invalid port name: \(name); write up to 63 letters, digits and inner hyphens")
    }

    func checkProtocol(_ name: String) {
        guard !name.isEmpty, NetworkProtocol(name: name) == nil else { return }
        error(.unknownProtocol, "unsupported protocol: \(name); write one of HTTP, HTTPS, HTTP2, GRPC, GRPC-WEB, TLS, TCP, MONGO, MYSQL, REDIS, UDP")
    }

    /// A duration that the data plane keeps in whole milliseconds.
    func checkDuration(_ field: String, _ duration: Duration?) {
        guard let duration else { return }
        inside(field) { checkDuration(duration) }
    }

    func checkDuration(_ duration: Duration) {
        let nanoseconds = duration.nanoseconds
        if nanoseconds < 1_000_000 { error(.invalidDuration, "duration must be greater than 1ms") }
        if nanoseconds % 1_000_000 != 0 { error(.invalidDuration, "only durations to ms precision are supported") }
    }

    func checkSocketPath(_ path: Substring) {
        if path.isEmpty {
            error(.invalidAddress, "unix address must not be empty")
        } else if !path.hasPrefix("@"), !path.hasPrefix("/") || path.hasSuffix("/") {
            error(.invalidAddress, "\(path) is not an absolute path to a file; write unix:///path/to/socket or unix://@name")
        }
    }

    /// The labels of a workload.
    func checkLabels(_ field: String, _ labels: [String: String]) {
        each(field, labels) { key, value in
            if !LabelText.isKey(key) { error(.invalidLabel, "invalid tag key: \"\(key)\"") }
            if !LabelText.isValue(value) { error(.invalidLabel, "invalid tag value: \"\(value)\"") }
        }
    }

    /// The labels of a selector: no wildcards, no empty names.
    func checkSelectorLabels(_ field: String, _ labels: [String: String]) {
        each(field, labels) { key, value in
            if key.isEmpty { error(.invalidSelector, "empty key is not supported in selector: \"\(key)=\(value)\"") }
            if key.contains("*") || value.contains("*") { error(.invalidSelector, "wildcard is not supported in selector: \"\(key)=\(value)\"") }
        }
    }

    func checkSelector(_ field: String, _ selector: PolicyWorkloadSelector?) {
        guard let selector else { return }
        inside(field) {
            checkSelectorLabels("matchLabels", selector.matchLabels)
            if selector.matchLabels.isEmpty {
                warn(.invalidSelector, "workload selector specified without labels; it selects every workload of the namespace: leave it out or add matchLabels")
            }
        }
    }

    func checkSelector(_ field: String, _ selector: WorkloadSelector?, subject: String) {
        guard let selector else { return }
        inside(field) {
            checkSelectorLabels("labels", selector.labels)
            if selector.labels.isEmpty {
                warn(.invalidSelector, "\(subject): workload selector specified without labels, will be applied to all services in namespace")
            }
        }
    }

    /// The namespaces that see an object.
    func checkExportTo(_ exportTo: [String], mayBeNone: Bool, hasWorkloadSelector: Bool = false) {
        guard !exportTo.isEmpty else { return }
        var seen: Set<String> = []
        each("exportTo", exportTo) { _, entry in
            let key = entry == "." ? namespace : entry
            if seen.contains(key) {
                error(.invalidExportTo, key == entry
                    ? "duplicate entries in exportTo for entry \(entry)" : "duplicate entries in exportTo: . and current namespace \(namespace)")
            } else if entry == "~" {
                if mayBeNone { seen.insert(key) } else { error(.invalidExportTo, "exportTo ~ (none) is not allowed for Istio configuration objects") }
            } else if key != "*", !DomainName.isLabel(key), !(entry == "." && key.isEmpty) {
                error(.invalidExportTo, "only .,*, or a valid DNS 1123 label is allowed as exportTo entry, found \"\(entry)\"")
            } else {
                seen.insert(key)
            }
        }
        inside("exportTo") {
            if hasWorkloadSelector, !seen.isEmpty {
                if !seen.contains(namespace) {
                    error(.invalidExportTo, "destination rule with workload selector cannot have exportTo beyond current namespace")
                } else if seen.count > 1 {
                    error(.invalidExportTo, "destination rule with workload selector cannot have multiple entries in exportTo")
                }
            }
            if seen.contains("*"), exportTo.count > 1 {
                error(.invalidExportTo, "cannot have both public (*) and non-public exportTo values for a resource")
            }
            if seen.contains("~"), exportTo.count > 1 {
                error(.invalidExportTo, "cannot export service entry to no one (~) and someone")
            }
        }
    }
}

/// The rules of labels.
enum LabelText {
    /// An optional domain and a slash, and up to 63 letters, digits, hyphens, underscores and dots.
    static func isKey(_ key: String) -> Bool {
        guard let slash = key.firstIndex(of: "/") else { return isName(key[...]) }
        let prefix = key[..<slash]
        guard !prefix.isEmpty, prefix.utf8.count <= 253 else { return false }
        let labels = prefix.split(separator: ".", omittingEmptySubsequences: false)
        return labels.allSatisfy { DomainName.isLabel($0) } && isName(key[key.index(after: slash)...])
    }

    /// Empty, or like the name of a label.
    static func isValue(_ value: String) -> Bool { value.isEmpty || isName(value[...]) }

    private static func isName(_ name: Substring) -> Bool {
        let bytes = name.utf8
        guard (1...63).contains(bytes.count), let first = bytes.first, let last = bytes.last else { return false }
        return DomainName.isAlphanumeric(first) && DomainName.isAlphanumeric(last)
            && bytes.allSatisfy { DomainName.isAlphanumeric($0) || "-_.".utf8.contains($0) }
    }
}
