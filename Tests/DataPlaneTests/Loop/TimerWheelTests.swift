import Testing

@testable import DataPlane

@Suite struct TimerWheelTests {
    @Test func firesEachTimerAtItsMoment() {
        var wheel = TimerWheel(now: 1000)
        let delays: [UInt64] = [0, 1, 5, 255, 256, 257, 1000, 65_535, 65_536, 70_000, 20_000_000]
        let nodes = UnsafeMutablePointer<TimerNode>.allocate(capacity: delays.count)
        defer { nodes.deallocate() }
        for (index, delay) in delays.enumerated() {
            (nodes + index).initialize(to: TimerNode(owner: .connection))
            wheel.arm(nodes + index, at: 1000 + delay)
        }
        #expect(wheel.count == delays.count)
        var fired: [Int: UInt64] = [:]
        var moment: UInt64 = 1000
        while wheel.count > 0 {
            while let timer = wheel.expire(at: moment) { fired[timer - nodes] = moment }
            guard let wait = wheel.wait(from: moment) else { break }
            moment += max(1, wait)
        }
        for (index, delay) in delays.enumerated() { #expect(fired[index] == 1000 + delay, "delay \(delay)") }
    }

    @Test func forgetsWhatIsDisarmed() {
        var wheel = TimerWheel(now: 0)
        let node = UnsafeMutablePointer<TimerNode>.allocate(capacity: 2)
        node.initialize(repeating: TimerNode(owner: .exchange), count: 2)
        defer { node.deallocate() }
        wheel.arm(node, at: 10)
        wheel.arm(node + 1, at: 10)
        wheel.disarm(node)
        #expect(wheel.expire(at: 100) == node + 1)
        #expect(wheel.expire(at: 100) == nil)
        #expect(wheel.wait(from: 100) == nil)
    }

    @Test func movesATimerThatIsArmedAgain() {
        var wheel = TimerWheel(now: 0)
        let node = UnsafeMutablePointer<TimerNode>.allocate(capacity: 1)
        node.initialize(to: TimerNode(owner: .query))
        defer { node.deallocate() }
        wheel.arm(node, at: 10)
        wheel.arm(node, at: 3_600_000)
        #expect(wheel.expire(at: 3_599_999) == nil)
        #expect(wheel.expire(at: 3_600_000) == node)
        #expect(wheel.count == 0)
    }

    @Test func catchesUpAfterALongSleep() {
        var wheel = TimerWheel(now: 0)
        let node = UnsafeMutablePointer<TimerNode>.allocate(capacity: 3)
        node.initialize(repeating: TimerNode(owner: .connection), count: 3)
        defer { node.deallocate() }
        for index in 0..<3 { wheel.arm(node + index, at: UInt64(index + 1) * 300_000) }
        var count = 0
        while wheel.expire(at: 10_000_000) != nil { count += 1 }
        #expect(count == 3)
        #expect(wheel.now == 10_000_000)
    }
}
