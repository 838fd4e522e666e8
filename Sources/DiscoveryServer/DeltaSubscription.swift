internal import EnvoyAPI

/// What one proxy wants of one type, and what it holds.
struct DeltaSubscription: Sendable {
    struct Difference {
        var resources: [EncodedResource] = []
        var removed: [String] = []
    }

    /// Every resource of the type is wanted.
    private(set) var isWildcard = false
    /// The resources that are wanted by name.
    private(set) var names: Set<String> = []
    /// The versions that the proxy has, or has refused. A refused version isn't
    /// sent again: it would be refused again.
    private var held: [String: String] = [:]
    /// Must be answered, changed or not.
    private var owed: Set<String> = []
    private var owesAnswer = false
    /// The version of the type up to which everything has been sent.
    private var syncedVersion: String?
    var sent = SentResponses()

    mutating func begin(type: EnvoyTypeURL, names: [String], heldVersions: [String: String]) {
        if names.isEmpty && type.isWildcard {
            isWildcard = true
            owesAnswer = true
        }
        held = heldVersions
        subscribe(names)
        // What the proxy has from an earlier stream needs no answer as long as
        // it is unchanged.
        owed.subtract(heldVersions.keys)
    }

    mutating func subscribe(_ list: [String]) {
        for name in list {
            if name == "*" {
                if !isWildcard { owesAnswer = true }
                isWildcard = true
            } else {
                names.insert(name)
                owed.insert(name)
            }
        }
        if !list.isEmpty { syncedVersion = nil }
    }

    mutating func unsubscribe(_ list: [String]) {
        for name in list {
            if name == "*" {
                isWildcard = false
                held = held.filter { names.contains($0.key) }
            } else {
                names.remove(name)
                if isWildcard {
                    // The wildcard still covers it: the proxy has to be told
                    // whether it exists.
                    owed.insert(name)
                } else {
                    held[name] = nil
                    owed.remove(name)
                }
            }
        }
    }

    /// Marks for sending again those of the names that the proxy has.
    mutating func owe(heldAmong list: [String]) -> Bool {
        let again = list.filter { held[$0] != nil && (isWildcard || names.contains($0)) }
        owed.formUnion(again)
        return !again.isEmpty
    }

    /// What the proxy must be sent to hold the current resources, or nil if
    /// nothing. Counts it as sent.
    mutating func takeDifference(
        to current: ResourceSnapshot.OfType, removals: Bool
    ) -> Difference? {
        if !owesAnswer && owed.isEmpty && syncedVersion == current.version { return nil }
        var difference = Difference()
        if isWildcard {
            for resource in current.resources.values { include(resource, in: &difference) }
        } else {
            for name in names {
                guard let resource = current.resources[name] else { continue }
                include(resource, in: &difference)
            }
        }
        var isComplete = true
        for name in Set(held.keys).union(owed) where current.resources[name] == nil {
            guard removals || owed.contains(name) else {
                isComplete = false
                continue
            }
            difference.removed.append(name)
            held[name] = nil
        }
        owed = []
        syncedVersion = isComplete ? current.version : nil
        let mustAnswer = owesAnswer
        owesAnswer = false
        if difference.resources.isEmpty && difference.removed.isEmpty && !mustAnswer { return nil }
        difference.resources.sort { $0.name < $1.name }
        difference.removed.sort()
        return difference
    }

    private mutating func include(_ resource: EncodedResource, in difference: inout Difference) {
        guard held[resource.name] != resource.version || owed.contains(resource.name) else {
            return
        }
        held[resource.name] = resource.version
        difference.resources.append(resource)
    }
}
