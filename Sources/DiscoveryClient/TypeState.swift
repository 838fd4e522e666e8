internal import EnvoyAPI

/// A resource that the client holds.
public struct HeldResource: Sendable {
    /// Its content.
    public var resource: DiscoveredResource
    /// Its version.
    public var version: String
    /// Milliseconds on the caller's clock when it came.
    public var received: UInt64
}

/// A version of a resource that wasn't taken.
public struct RefusedResource: Sendable, Hashable {
    /// The version.
    public var version: String
    /// Why not.
    public var reason: String
    /// Milliseconds on the caller's clock when it came.
    public var received: UInt64
}

/// What the client wants and holds of one type.
public struct TypeState: Sendable {
    /// In force.
    public internal(set) var active: [String: HeldResource] = [:]
    /// Taken, and waiting for what it refers to. An older version may be in
    /// force meanwhile.
    public internal(set) var warming: [String: HeldResource] = [:]
    /// Refused by the data plane or not decodable, until a good version comes.
    public internal(set) var refused: [String: RefusedResource] = [:]
    /// The version of the whole type that was taken last.
    public internal(set) var version = ""
    /// How many responses were taken, and how many refused, also in part.
    public internal(set) var updates: (accepted: UInt64, refused: UInt64) = (0, 0)

    /// The names that are asked for; nil for everything.
    var wanted: Set<String>?
    /// Asked for on this stream.
    var isSubscribed = false
    /// The control plane answered, if only to say that there is nothing.
    var answered: Set<String> = []
    var hasAnswer = false
    /// When a name was first asked for, for the limit of waiting.
    var askedAt: [String: UInt64] = [:]

    /// The version that the control plane knows to be here.
    var heldVersions: [String: String] {
        active.merging(warming) { _, newer in newer }.mapValues(\.version)
    }

    /// The newest version that was taken.
    func newest(_ name: String) -> HeldResource? { warming[name] ?? active[name] }
}
