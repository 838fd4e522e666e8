/// Lets few in at a time, so that what takes its time isn't the machine's load.
actor Turnstile {
    static let groups = Turnstile(room: 6)

    private var room: Int
    private var waiting: [CheckedContinuation<Void, Never>] = []

    init(room: Int) { self.room = room }

    func pass<Result: Sendable>(_ body: @Sendable () async throws -> Result) async rethrows -> Result {
        if room > 0 {
            room -= 1
        } else {
            await withCheckedContinuation { waiting.append($0) }
        }
        defer {
            if waiting.isEmpty { room += 1 } else { waiting.removeFirst().resume() }
        }
        return try await body()
    }
}
