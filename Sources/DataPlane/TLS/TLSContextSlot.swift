internal import TrafficModel

/// A TLS context that follows its secrets and files: looked at again with
/// every new configuration, and once a second while it is used. When the new
/// settings can't be used the old ones stay.
struct TLSContextSlot {
    static let checkMilliseconds: UInt64 = 1000

    private var context: TLSContext?
    private var settings: TLSSettings?
    private var files: [UInt64] = []
    private var checkedAt: UInt64 = 0
    private var serial: UInt64 = 0

    /// The context for a handshake now. Throws when there never was one.
    mutating func context(
        at now: UInt64, serial: UInt64, settings read: () throws(TLSFailure) -> TLSSettings,
        make: (TLSSettings) throws(TLSFailure) -> TLSContext
    ) throws(TLSFailure) -> TLSContext {
        if let context, serial == self.serial, now < checkedAt &+ Self.checkMilliseconds { return context }
        do {
            let fresh = try read()
            let versions = fresh.fileVersions
            if context == nil || fresh != settings || versions != files {
                context = try make(fresh)
                settings = fresh
                files = versions
            }
        } catch {
            guard context != nil else { throw error }
        }
        self.serial = serial
        checkedAt = now
        guard let context else { throw TLSFailure(kind: .configuration, detail: "no context") }
        return context
    }
}
