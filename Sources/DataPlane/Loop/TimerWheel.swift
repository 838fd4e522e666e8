/// A timer, kept as the first field of the struct it belongs to.
struct TimerNode: BitwiseCopyable {
    fileprivate var next: UnsafeMutablePointer<TimerNode>?
    fileprivate var previous: UnsafeMutablePointer<TimerNode>?
    /// Milliseconds on the loop's clock.
    fileprivate(set) var deadline: UInt64 = 0
    fileprivate var place: UInt16 = TimerNode.idle
    /// What kind of struct it is the first field of.
    var owner: Owner = .none

    enum Owner: UInt8, BitwiseCopyable { case none, connection, exchange, query, probe }

    fileprivate static let idle = UInt16.max
    var isArmed: Bool { place != Self.idle }

    init() {}
    init(owner: Owner) { self.owner = owner }
}

/// Timers in four levels of 256 slots: 1 ms, 256 ms, 65 s, 4.7 h. Arming and
/// disarming are a few pointer writes; nothing is allocated after creation.
struct TimerWheel: ~Copyable {
    private static let levels = 4
    private static let bits = 8
    private static let slots = 256

    private let heads: UnsafeMutablePointer<UnsafeMutablePointer<TimerNode>?>
    /// One bit for each slot that has timers.
    private let occupied: UnsafeMutablePointer<UInt64>
    /// All timers due before this moment have fired.
    private(set) var now: UInt64
    private(set) var count = 0

    init(now: UInt64) {
        self.now = now
        heads = .allocate(capacity: Self.levels * Self.slots)
        heads.initialize(repeating: nil, count: Self.levels * Self.slots)
        occupied = .allocate(capacity: Self.levels * 4)
        occupied.initialize(repeating: 0, count: Self.levels * 4)
    }

    deinit {
        heads.deallocate()
        occupied.deallocate()
    }

    /// Arms `timer` for `deadline`, or moves it there.
    mutating func arm(_ timer: UnsafeMutablePointer<TimerNode>, at deadline: UInt64) {
        if timer.pointee.isArmed {
            if timer.pointee.deadline == deadline { return }
            disarm(timer)
        }
        timer.pointee.deadline = deadline
        insert(timer)
        count &+= 1
    }

    mutating func disarm(_ timer: UnsafeMutablePointer<TimerNode>) {
        guard timer.pointee.isArmed else { return }
        unlink(timer)
        count &-= 1
    }

    /// The next timer that is due at `moment`, disarmed. Call until nil: the
    /// wheel then stands at `moment`.
    mutating func expire(at moment: UInt64) -> UnsafeMutablePointer<TimerNode>? {
        while true {
            let slot = Int(now & 255)
            if let timer = heads[slot] {
                unlink(timer)
                if timer.pointee.deadline > now {
                    // It was clamped to the wheel's horizon.
                    insert(timer)
                    continue
                }
                count &-= 1
                return timer
            }
            if now >= moment { return nil }
            step(towards: moment)
        }
    }

    /// Milliseconds until something may be due; nil without timers.
    func wait(from moment: UInt64) -> UInt64? {
        guard count > 0 else { return nil }
        let base = now
        if let distance = distance(level: 0, from: Int(base & 255)) {
            let due = base &+ UInt64(distance)
            return due > moment ? due &- moment : 0
        }
        for level in 1..<Self.levels {
            let shift = UInt64(level * Self.bits)
            let current = (base >> shift) & 255
            if let distance = distance(level: level, from: Int((current &+ 1) & 255)) {
                let due = ((base >> shift) &+ 1 &+ UInt64(distance)) << shift
                return due > moment ? due &- moment : 0
            }
        }
        return 0
    }

    // MARK: - Inside

    private mutating func step(towards moment: UInt64) {
        // Jump over empty slots, but stop at each turn of the first level,
        // where timers come down from the levels above.
        let boundary = (now | 255) &+ 1
        var target = boundary
        if let distance = distance(level: 0, from: Int(now & 255)) {
            let occupiedAt = now &+ UInt64(distance)
            if occupiedAt < target { target = occupiedAt }
        }
        if target <= now { target = now &+ 1 }
        if target > moment { target = moment }
        now = target
        if now & 255 == 0 { cascade() }
    }

    private mutating func cascade() {
        for level in 1..<Self.levels {
            let slot = Int((now >> UInt64(level * Self.bits)) & 255)
            let place = level * Self.slots + slot
            var timer = heads[place]
            heads[place] = nil
            occupied[level * 4 + slot >> 6] &= ~(1 << UInt64(slot & 63))
            while let current = timer {
                timer = current.pointee.next
                insert(current)
            }
            if slot != 0 { return }
        }
    }

    /// Slots from `from` (cyclic) to the first occupied one of that level.
    private func distance(level: Int, from: Int) -> Int? {
        let words = occupied + level * 4
        for step in 0...4 {
            let word = ((from >> 6) + step) & 3
            var bits = words[word]
            if step == 0 { bits &= ~0 << UInt64(from & 63) }
            if step == 4 { bits &= (1 << UInt64(from & 63)) &- 1 }
            if bits != 0 {
                let slot = word << 6 + bits.trailingZeroBitCount
                return (slot - from) & 255
            }
        }
        return nil
    }

    private mutating func insert(_ timer: UnsafeMutablePointer<TimerNode>) {
        let due = max(timer.pointee.deadline, now)
        let delay = due &- now
        let level: Int
        var moment = due
        if delay < 1 << 8 {
            level = 0
        } else if delay < 1 << 16 {
            level = 1
        } else if delay < 1 << 24 {
            level = 2
        } else {
            level = 3
            if delay >= 1 << 32 { moment = now &+ (1 << 32) &- 1 }
        }
        let slot = Int((moment >> UInt64(level * Self.bits)) & 255)
        let place = level * Self.slots + slot
        timer.pointee.place = UInt16(place)
        timer.pointee.previous = nil
        timer.pointee.next = heads[place]
        heads[place]?.pointee.previous = timer
        heads[place] = timer
        occupied[level * 4 + slot >> 6] |= 1 << UInt64(slot & 63)
    }

    private mutating func unlink(_ timer: UnsafeMutablePointer<TimerNode>) {
        let place = Int(timer.pointee.place)
        if let previous = timer.pointee.previous {
            previous.pointee.next = timer.pointee.next
        } else {
            heads[place] = timer.pointee.next
            if timer.pointee.next == nil {
                occupied[place >> 6] &= ~(1 << UInt64(place & 63))
            }
        }
        timer.pointee.next?.pointee.previous = timer.pointee.previous
        timer.pointee.next = nil
        timer.pointee.previous = nil
        timer.pointee.place = TimerNode.idle
    }
}
