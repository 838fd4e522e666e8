import DiscoveryServer
import PetrelTestKit
import Synchronization
import Testing

@Suite struct DebouncedChangesTests {
    @Test func `a burst leads to one push, and a change during a push to another`() async throws {
        let clock = VirtualClock()
        let changes = DebouncedChanges(clock: clock)
        let (pushes, pushed) = AsyncStream.makeStream(of: VirtualClock.Instant.self)
        let running = Task {
            await changes.run {
                pushed.yield(clock.now)
                if clock.now.offset < .milliseconds(15) { changes.announce() }
            }
        }
        for _ in 0..<100 { changes.announce() }
        var iterator = pushes.makeAsyncIterator()
        try await clock.waitForSleepers()
        clock.advance(by: .milliseconds(10))
        #expect(await iterator.next()?.offset == .milliseconds(10))
        try await clock.waitForSleepers()
        clock.advance(by: .milliseconds(10))
        #expect(await iterator.next()?.offset == .milliseconds(20))
        running.cancel()
        await running.value
        pushed.finish()
        #expect(await iterator.next() == nil)
    }
}
