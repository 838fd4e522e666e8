/// A resource that was not taken, and why. Its previous version, if there was
/// one, stays in force.
public struct Rejection: Sendable, Hashable {
    /// Which kind of resource.
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        case listener, cluster, routeConfiguration, endpoints, secret, nameTable
    }

    /// Which kind of resource.
    public var kind: Kind
    /// Its name.
    public var name: String
    /// What it holds that can't be done, naming the field:
    /// `route[2].match.dynamic_metadata: not supported`.
    public var message: String

    /// A rejection.
    public init(kind: Kind, name: String, message: String) {
        self.kind = kind
        self.name = name
        self.message = message
    }
}
