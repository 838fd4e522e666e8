internal import EnvoyAPI

/// What one proxy wants of one type in the state-of-the-world variant.
struct WorldSubscription: Sendable {
    /// Every resource of the type is wanted, and each response holds them all.
    private(set) var isWildcard = false
    private(set) var names: Set<String> = []
    /// The versions sent by name; unused for wildcards.
    private var held: [String: String] = [:]
    private var owed: Set<String> = []
    private var owesAnswer = false
    private var syncedVersion: String?
    /// The nonce of the last response; others are stale.
    var lastNonce = ""
    /// A request with unchanged names is a question, once.
    var expectsRepeat = false
    var sent = SentResponses()

    mutating func begin(type: EnvoyTypeURL, names list: [String]) {
        isWildcard = list.contains("*") || (list.isEmpty && type.isWildcard)
        names = Set(list).subtracting(["*"])
        owed = names
        owesAnswer = isWildcard || !names.isEmpty
    }

    /// Takes over the names of a request that answers the last response.
    mutating func change(to list: [String], isRefusal: Bool) {
        let wanted = Set(list).subtracting(["*"])
        let added = wanted.subtracting(names)
        let isSame = added.isEmpty && wanted.count == names.count
        for name in names.subtracting(wanted) { held[name] = nil }
        names = wanted
        if !added.isEmpty {
            owed.formUnion(added)
            owesAnswer = true
        } else if isSame && expectsRepeat && !isRefusal {
            expectsRepeat = false
            owed = wanted
            owesAnswer = true
        }
    }

    /// What the proxy must be sent, or nil if nothing. Counts it as sent.
    mutating func takeAnswer(from current: ResourceSnapshot.OfType) -> [EncodedResource]? {
        if !owesAnswer && syncedVersion == current.version { return nil }
        var resources: [EncodedResource] = []
        if isWildcard {
            resources = Array(current.resources.values)
        } else {
            for name in names {
                guard let resource = current.resources[name] else {
                    held[name] = nil
                    continue
                }
                guard held[name] != resource.version || owed.contains(name) else { continue }
                held[name] = resource.version
                resources.append(resource)
            }
        }
        let mustAnswer = owesAnswer || (isWildcard && syncedVersion != current.version)
        syncedVersion = current.version
        owed = []
        owesAnswer = false
        if resources.isEmpty && !mustAnswer { return nil }
        expectsRepeat = false
        resources.sort { $0.name < $1.name }
        return resources
    }
}
