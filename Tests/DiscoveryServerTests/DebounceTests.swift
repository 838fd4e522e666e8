import DiscoveryServer
import Testing

@Suite struct DebounceTests {
    let start = ContinuousClock.now

    @Test func `a change goes out when it has been quiet`() {
        var debounce = Debounce<ContinuousClock.Instant>()
        #expect(debounce.deadline == nil)
        debounce.change(at: start)
        #expect(debounce.deadline == start + .milliseconds(10))
        let due = [9, 10, 20].map { debounce.take(at: start + .milliseconds($0)) }
        #expect(due == [false, true, false])
        #expect(debounce.deadline == nil)
    }

    @Test func `changes that follow closely go out as one, but not later than the longest wait`() {
        var debounce = Debounce<ContinuousClock.Instant>(
            quiet: .milliseconds(100), longest: .seconds(1))
        var pushes: [Int] = []
        for millisecond in stride(from: 0, through: 2_000, by: 50) {
            let now = start + .milliseconds(millisecond)
            if debounce.take(at: now) { pushes.append(millisecond) }
            debounce.change(at: now)
        }
        #expect(pushes == [1_000, 2_000])
    }
}
