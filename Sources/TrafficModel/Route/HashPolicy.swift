/// One ingredient of the hash that picks an endpoint.
public struct HashPolicy: BitwiseCopyable, Sendable {
    /// What is hashed.
    public enum Kind: UInt8, BitwiseCopyable, Sendable {
        case header, cookie, sourceAddress, queryParameter
    }

    /// What is hashed.
    public var kind = Kind.header
    /// Header, cookie or parameter name.
    public var name = FlatText()
    /// A cookie that is absent is made, with this life time; nil makes none.
    public var cookieLifetimeSeconds: Int64?
    /// Path of a cookie that is made.
    public var cookiePath = FlatText()
    /// Attributes of a cookie that is made, as they are written: `; Secure; SameSite=Lax`.
    public var cookieAttributes = FlatText()
    /// Ends the list when this one gave a hash.
    public var terminal = false
}
