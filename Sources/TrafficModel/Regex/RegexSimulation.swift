/// Runs the nondeterministic automaton: all its threads at once, in order of
/// preference, one byte at a time (Pike's machine). The time is bounded by the
/// number of instructions times the number of bytes.
///
/// Its memory is on the stack when it is small (up to about 1 KB), taken from
/// the heap for the time of the call otherwise.
struct RegexSimulation {
    /// Where a match and its groups were found: start and end of each, -1 for a
    /// group that took no part.
    typealias Slots = UnsafeMutableBufferPointer<Int>

    private let instructions: FlatArray<RegexInstruction>
    private let text: UnsafeBufferPointer<UInt8>
    private let slotCount: Int

    // Two lists of threads: instruction numbers in order of preference, with
    // the place of each in `positions` to know whether it is listed (sparse set).
    private var current: UnsafeMutableBufferPointer<Int32>
    private var upcoming: UnsafeMutableBufferPointer<Int32>
    private let marks: UnsafeMutableBufferPointer<Int32>
    private let pending: UnsafeMutableBufferPointer<Int32>
    // `slotCount` numbers for each instruction, for either list.
    private var currentSlots: UnsafeMutableBufferPointer<Int>
    private var upcomingSlots: UnsafeMutableBufferPointer<Int>
    private let scratch: Slots
    private var stamp: Int32 = 0
    private var steps = 0

    /// Looks for the leftmost match that begins at `start` or later (only there
    /// when `anchored`, and only one that ends at the end when `whole`).
    /// `slots` receives start and end of the match and its groups; it may be
    /// empty when only the answer matters.
    static func run(
        _ program: RegexProgram, _ text: UnsafeBufferPointer<UInt8>, from start: Int, anchored: Bool, whole: Bool,
        slots: Slots, steps: inout Int
    ) -> Bool {
        let count = program.instructions.count
        let slotCount = slots.count
        return withUnsafeTemporaryAllocation(of: Int32.self, capacity: count * 5 + 2) { numbers in
            withUnsafeTemporaryAllocation(of: Int.self, capacity: (count * 2 + 1) * slotCount + 1) { places in
                numbers.initialize(repeating: 0)
                places.initialize(repeating: -1)
                func part(_ from: Int, _ length: Int) -> UnsafeMutableBufferPointer<Int32> {
                    UnsafeMutableBufferPointer(rebasing: numbers[from..<(from + length)])
                }
                func block(_ from: Int, _ length: Int) -> Slots {
                    Slots(rebasing: places[from..<(from + length)])
                }
                var simulation = RegexSimulation(
                    instructions: program.instructions, text: text, slotCount: slotCount,
                    current: part(0, count), upcoming: part(count, count), marks: part(count * 2, count),
                    pending: part(count * 3, count * 2 + 2),
                    currentSlots: block(0, count * slotCount),
                    upcomingSlots: block(count * slotCount, count * slotCount),
                    scratch: block(count * 2 * slotCount, slotCount))
                let found = simulation.run(from: start, anchored: anchored, whole: whole, slots: slots)
                steps += simulation.steps
                return found
            }
        }
    }

    private mutating func run(from start: Int, anchored: Bool, whole: Bool, slots: Slots) -> Bool {
        var count = 0
        var found = false
        var place = start
        while true {
            if !found, !anchored || place == start {
                if count == 0 { stamp += 1 }
                for index in 0..<slotCount { scratch[index] = -1 }
                add(0, at: place, to: current, &count, currentSlots)
            }
            if count == 0, found || anchored { break }
            let byte: UInt8? = place < text.count ? text[place] : nil
            var upcomingCount = 0
            stamp += 1
            var index = 0
            threads: while index < count {
                let number = Int(current[index])
                let instruction = instructions[number]
                steps += 1
                switch instruction.operation {
                case .match:
                    if whole, place != text.count { break }
                    found = true
                    for slot in 0..<slotCount { slots[slot] = currentSlots[number * slotCount + slot] }
                    break threads
                case .byte:
                    if let byte, instruction.low <= byte, byte <= instruction.high {
                        for slot in 0..<slotCount { scratch[slot] = currentSlots[number * slotCount + slot] }
                        add(instruction.next, at: place + 1, to: upcoming, &upcomingCount, upcomingSlots)
                    }
                default: break
                }
                index += 1
            }
            swap(&current, &upcoming)
            swap(&currentSlots, &upcomingSlots)
            count = upcomingCount
            guard byte != nil else { break }
            place += 1
        }
        return found
    }

    /// Lists `root` and what it leads to without a byte, in order of preference.
    private mutating func add(
        _ root: Int32, at place: Int, to list: UnsafeMutableBufferPointer<Int32>, _ count: inout Int, _ slots: Slots
    ) {
        var depth = 0
        pending[depth] = root
        depth += 1
        // A negative entry restores a slot once the branch that set it is done:
        // it is followed below it by the slot's old value.
        while depth > 0 {
            depth -= 1
            let entry = pending[depth]
            if entry < 0 {
                depth -= 1
                scratch[Int(-entry - 1)] = Int(pending[depth])
                continue
            }
            var number = Int(entry)
            walk: while marks[number] != stamp {
                marks[number] = stamp
                steps += 1
                let instruction = instructions[number]
                switch instruction.operation {
                case .jump: number = Int(instruction.next)
                case .split:
                    pending[depth] = instruction.other
                    depth += 1
                    number = Int(instruction.next)
                case .save:
                    let slot = Int(instruction.other)
                    if slot < slotCount {
                        if depth > 0 {
                            pending[depth] = Int32(truncatingIfNeeded: scratch[slot])
                            pending[depth + 1] = Int32(-slot - 1)
                            depth += 2
                        }
                        scratch[slot] = place
                    }
                    number = Int(instruction.next)
                case .assertion:
                    guard holds(instruction.low, at: place) else { break walk }
                    number = Int(instruction.next)
                case .fail: break walk
                case .byte, .match:
                    list[count] = Int32(number)
                    count += 1
                    for slot in 0..<slotCount { slots[number * slotCount + slot] = scratch[slot] }
                    break walk
                }
            }
        }
    }

    private func holds(_ raw: UInt8, at place: Int) -> Bool {
        switch RegexAssertion(rawValue: raw) {
        case .textStart: place == 0
        case .textEnd: place == text.count
        case .lineStart: place == 0 || text[place - 1] == 10
        case .lineEnd: place == text.count || text[place] == 10
        case .wordBoundary: isWord(place - 1) != isWord(place)
        case .notWordBoundary: isWord(place - 1) == isWord(place)
        case nil: false
        }
    }

    private func isWord(_ place: Int) -> Bool {
        guard place >= 0, place < text.count else { return false }
        return RegexClass.isWordByte(text[place])
    }
}
