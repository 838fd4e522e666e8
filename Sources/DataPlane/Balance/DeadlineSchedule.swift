/// Weighted choice, earliest deadline first: who was chosen gets its next turn
/// one over its weight later. Choosing allocates nothing.
struct DeadlineSchedule {
    private struct Turn {
        var deadline: Double
        /// Among equal deadlines the first to be put in.
        var order: UInt64
        var member: Int32
    }

    private var heap: [Turn] = []
    private var order: UInt64 = 0

    var isEmpty: Bool { heap.isEmpty }

    /// `weights` are of members 0, 1, 2 ...; those without weight never have a
    /// turn.
    init(weights: [Double]) {
        heap.reserveCapacity(weights.count)
        for (member, weight) in weights.enumerated() where weight > 0 {
            heap.append(Turn(deadline: 1 / weight, order: order, member: Int32(truncatingIfNeeded: member)))
            order += 1
            rise(heap.count - 1)
        }
    }

    /// Whose turn it is; `weight` says what it weighs now.
    mutating func next(_ weight: (Int) -> Double) -> Int? {
        guard !heap.isEmpty else { return nil }
        let member = Int(heap[0].member)
        heap[0].deadline += 1 / max(weight(member), 0.000_001)
        heap[0].order = order
        order &+= 1
        sink()
        return member
    }

    private func isEarlier(_ first: Int, _ second: Int) -> Bool {
        if heap[first].deadline != heap[second].deadline { return heap[first].deadline < heap[second].deadline }
        return heap[first].order < heap[second].order
    }

    private mutating func rise(_ start: Int) {
        var place = start
        while place > 0, isEarlier(place, (place - 1) / 2) {
            heap.swapAt(place, (place - 1) / 2)
            place = (place - 1) / 2
        }
    }

    private mutating func sink() {
        var place = 0
        while true {
            var least = place
            if 2 * place + 1 < heap.count, isEarlier(2 * place + 1, least) { least = 2 * place + 1 }
            if 2 * place + 2 < heap.count, isEarlier(2 * place + 2, least) { least = 2 * place + 2 }
            if least == place { return }
            heap.swapAt(least, place)
            place = least
        }
    }
}
