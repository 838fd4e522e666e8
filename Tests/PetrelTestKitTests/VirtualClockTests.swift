import PetrelTestKit
import Testing

@Suite("VirtualClock")
struct VirtualClockTests {
    @Test("time stands still until it is moved")
    func standsStill() {
        let clock = VirtualClock()
        let before = clock.now
        #expect(clock.now == before)
        clock.advance(by: .seconds(3))
        #expect(before.duration(to: clock.now) == .seconds(3))
    }

    @Test("sleepers wake when time passes their deadline, and not before")
    func wakes() async throws {
        let clock = VirtualClock()
        let woken = EventRecorder<String>()
        let early = Task {
            try await clock.sleep(for: .seconds(1))
            woken.record("early")
        }
        let late = Task {
            try await clock.sleep(for: .seconds(5))
            woken.record("late")
        }
        try await clock.waitForSleepers(2)
        clock.advance(by: .seconds(2))
        try await early.value
        #expect(woken.events == ["early"])
        #expect(clock.sleeperCount == 1)
        clock.advance(by: .seconds(3))
        try await late.value
        #expect(woken.events == ["early", "late"])
    }

    @Test("a cancelled sleep ends")
    func cancels() async throws {
        let clock = VirtualClock()
        let task = Task { try await clock.sleep(for: .seconds(1)) }
        try await clock.waitForSleepers()
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(clock.sleeperCount == 0)
    }
}
