internal import EnvoyAPI

/// What one proxy wants of one type, and what it holds.
///
/// What it holds is kept as a state that all proxies share, and what differs
/// from that: a connected proxy costs no memory of its own, and a change is
/// compared by what changed.
struct DeltaSubscription: Sendable {
    struct Difference {
        var resources: [EncodedResource] = []
        var removed: [String] = []
    }

    /// Every resource of the type is wanted, except those on demand.
    private(set) var isWildcard = false
    /// The resources that are wanted by name.
    private(set) var names: Set<String> = []
    /// The state up to which everything wanted has been sent.
    private var base: ResourceSnapshot.OfType?
    /// Versions that the proxy has instead of those of `base`; nil for a resource
    /// that it doesn't have. A version that it refused counts as had: it would be
    /// refused again.
    private var apart: [String: String?] = [:]
    /// Must be answered, changed or not.
    private var owed: Set<String> = []
    private var owesAnswer = false
    var sent = SentResponses()

    mutating func begin(type: EnvoyTypeURL, names: [String], heldVersions: [String: String]) {
        if names.isEmpty && type.isWildcard {
            isWildcard = true
            owesAnswer = true
        }
        subscribe(names)
        apart = heldVersions.mapValues { $0 }
        // What the proxy has from an earlier stream needs no answer as long as
        // it is unchanged.
        owed.subtract(heldVersions.keys)
    }

    mutating func subscribe(_ list: [String]) {
        for name in list {
            if name == "*" {
                if !isWildcard { startWildcard() }
                continue
            }
            if names.insert(name).inserted, apart[name] == nil, !isWildcard || base?.resources[name]?.isOnDemand == true {
                apart[name] = .some(nil)
            }
            owed.insert(name)
        }
    }

    private mutating func startWildcard() {
        owesAnswer = true
        isWildcard = true
        // Until now it had nothing but what it named.
        for name in names where apart[name] == nil { apart[name] = base?.resources[name]?.version }
        base = nil
    }

    mutating func unsubscribe(_ list: [String]) {
        for name in list {
            if name == "*" {
                isWildcard = false
                apart = apart.filter { names.contains($0.key) }
                continue
            }
            names.remove(name)
            if isWildcard, base?.resources[name]?.isOnDemand != true {
                // The wildcard still covers it: the proxy has to be told
                // whether it exists.
                owed.insert(name)
            } else {
                apart[name] = nil
                owed.remove(name)
            }
        }
    }

    /// Marks for sending again those of the names that the proxy has.
    mutating func owe(heldAmong list: [String]) -> Bool {
        let again = list.filter { held($0) != nil && (isWildcard || names.contains($0)) }
        owed.formUnion(again)
        return !again.isEmpty
    }

    private func wants(_ resource: EncodedResource) -> Bool {
        (isWildcard && !resource.isOnDemand) || names.contains(resource.name)
    }

    private func held(_ name: String) -> String? {
        if let own = apart[name] { return own }
        guard let resource = base?.resources[name], wants(resource) else { return nil }
        return resource.version
    }

    /// What the proxy must be sent to hold the current resources, or nil if
    /// nothing. Counts it as sent.
    mutating func takeDifference(
        to current: ResourceSnapshot.OfType, removals: Bool
    ) -> Difference? {
        if !owesAnswer && owed.isEmpty && apart.isEmpty && base?.version == current.version { return nil }
        var difference = Difference()
        var pending: [String: String?] = [:]
        for name in candidates(in: current) {
            let had = held(name)
            if let resource = current.resources[name], wants(resource) || !owed.contains(name) {
                guard wants(resource), had != resource.version || owed.contains(name) else { continue }
                difference.resources.append(resource)
            } else if had != nil || owed.contains(name) {
                if removals || owed.contains(name) { difference.removed.append(name) } else { pending[name] = had }
            }
        }
        base = current
        apart = pending
        owed = []
        let mustAnswer = owesAnswer
        owesAnswer = false
        if difference.resources.isEmpty && difference.removed.isEmpty && !mustAnswer { return nil }
        difference.resources.sort { $0.name < $1.name }
        difference.removed.sort()
        return difference
    }

    /// Every resource that may have to be sent or named.
    private func candidates(in current: ResourceSnapshot.OfType) -> Set<String> {
        var found = owed.union(apart.keys)
        if let base, base.version == current.version { return found }
        if let base, let change = current.change, change.base == base.version {
            found.formUnion(isWildcard ? change.names : change.names.filter(names.contains))
            return found
        }
        found.formUnion(names)
        if isWildcard {
            found.formUnion(current.resources.keys)
            if let base { found.formUnion(base.resources.keys) }
        }
        return found
    }
}
