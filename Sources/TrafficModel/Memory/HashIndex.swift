/// From a 64-bit hash to a number, by open addressing; immutable.
struct HashIndex: BitwiseCopyable, Sendable {
    struct Slot: BitwiseCopyable, Sendable {
        var hash: UInt64 = 0
        var value: Int32 = -1
    }

    private var slots = FlatArray<Slot>()

    init() {}

    init(_ entries: [(hash: UInt64, value: Int)], in arena: Arena) {
        guard !entries.isEmpty else { return }
        var capacity = 4
        while capacity < entries.count * 2 { capacity *= 2 }
        var table = [Slot](repeating: Slot(), count: capacity)
        for entry in entries {
            var position = Int(truncatingIfNeeded: entry.hash) & (capacity - 1)
            while table[position].value >= 0 { position = (position + 1) & (capacity - 1) }
            table[position] = Slot(hash: entry.hash, value: Int32(entry.value))
        }
        slots = arena.array(table)
    }

    /// The first number under `hash` that `accept` takes, in order of insertion.
    @inline(__always)
    func first(_ hash: UInt64, where accept: (Int) -> Bool) -> Int? {
        let capacity = slots.count
        guard capacity > 0 else { return nil }
        var position = Int(truncatingIfNeeded: hash) & (capacity &- 1)
        while true {
            let slot = slots[position]
            if slot.value < 0 { return nil }
            if slot.hash == hash, accept(Int(slot.value)) { return Int(slot.value) }
            position = (position &+ 1) & (capacity &- 1)
        }
    }
}
