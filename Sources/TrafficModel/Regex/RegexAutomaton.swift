/// A complete deterministic automaton that accepts whole texts.
struct RegexAutomaton: BitwiseCopyable, Sendable {
    /// Byte to class of bytes that no instruction tells apart.
    var classes = FlatArray<UInt8>()
    /// State times class count plus class to state; state 0 is the dead one.
    var transitions = FlatArray<UInt16>()
    /// Whether a text may end in the state.
    var accepting = FlatArray<Bool>()
    var classCount = 0
    var start: UInt16 = 0

    @inline(__always)
    func accepts(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        var state = Int(start)
        for byte in text {
            state = Int(transitions[state &* classCount &+ Int(classes[Int(byte)])])
            if state == 0 { return false }
        }
        return accepting[state]
    }
}

/// Builds a ``RegexAutomaton`` while that stays small.
struct RegexAutomatonBuilder {
    static let maximumStates = 256
    static let maximumTransitions = 16_384

    private let instructions: [RegexInstruction]
    private var classOf = [UInt8](repeating: 0, count: 256)
    private var representatives: [UInt8] = []
    private var states: [[Int32]: Int] = [[]: 0]
    private var sets: [[Int32]] = [[]]

    private init(_ instructions: [RegexInstruction]) {
        self.instructions = instructions
        var boundaries = Set<Int>([0])
        for instruction in instructions where instruction.operation == .byte {
            boundaries.insert(Int(instruction.low))
            boundaries.insert(Int(instruction.high) + 1)
        }
        var current = -1
        for byte in 0..<256 {
            if boundaries.contains(byte) {
                current += 1
                representatives.append(UInt8(byte))
            }
            classOf[byte] = UInt8(current)
        }
    }

    /// The automaton, or nil when the pattern needs conditions it can't hold or too many states.
    static func build(_ instructions: [RegexInstruction], in arena: Arena) -> RegexAutomaton? {
        let plain = instructions.allSatisfy { instruction in
            guard instruction.operation == .assertion else { return true }
            return instruction.low == RegexAssertion.textStart.rawValue
                || instruction.low == RegexAssertion.textEnd.rawValue
        }
        guard plain, !startFollowsEnd(instructions) else { return nil }
        var builder = RegexAutomatonBuilder(instructions)
        return builder.run(in: arena)
    }

    private mutating func run(in arena: Arena) -> RegexAutomaton? {
        let classCount = representatives.count
        let start = number(closure([0], atStart: true, atEnd: false))
        var transitions = [UInt16](repeating: 0, count: classCount)
        var accepting = [false]
        var next = 1
        while next < sets.count {
            let set = sets[next]
            for byte in representatives {
                var targets: [Int32] = []
                for index in set {
                    let instruction = instructions[Int(index)]
                    if instruction.operation == .byte, instruction.low <= byte, byte <= instruction.high {
                        targets.append(instruction.next)
                    }
                }
                let target = targets.isEmpty ? 0 : number(closure(targets, atStart: false, atEnd: false))
                transitions.append(UInt16(target))
            }
            let ending = closure(set, atStart: false, atEnd: true)
            accepting.append(ending.contains { instructions[Int($0)].operation == .match })
            next += 1
            if sets.count > Self.maximumStates || sets.count * classCount > Self.maximumTransitions { return nil }
        }
        return RegexAutomaton(
            classes: arena.array(classOf), transitions: arena.array(transitions),
            accepting: arena.array(accepting), classCount: classCount, start: UInt16(start))
    }

    /// Whether `$` may come before `^`, as in `$^`: both hold in an empty text,
    /// which a state of this automaton can't tell.
    private static func startFollowsEnd(_ instructions: [RegexInstruction]) -> Bool {
        func isAssertion(_ instruction: RegexInstruction, _ wanted: RegexAssertion) -> Bool {
            instruction.operation == .assertion && instruction.low == wanted.rawValue
        }
        guard let end = instructions.firstIndex(where: { isAssertion($0, .textEnd) }) else { return false }
        return instructions[end...].contains { isAssertion($0, .textStart) }
            || instructions.contains { isAssertion($0, .textStart) } && hasLoop(instructions)
    }

    private static func hasLoop(_ instructions: [RegexInstruction]) -> Bool {
        instructions.enumerated().contains { $1.operation == .jump && Int($1.next) <= $0 }
    }

    private mutating func number(_ set: [Int32]) -> Int {
        if set.isEmpty { return 0 }
        if let known = states[set] { return known }
        let index = sets.count
        states[set] = index
        sets.append(set)
        return index
    }

    /// The instructions reached without a byte that wait for one, for the end
    /// of the text, or match.
    private func closure(_ roots: [Int32], atStart: Bool, atEnd: Bool) -> [Int32] {
        var seen = Set<Int32>()
        var pending = roots
        var result: [Int32] = []
        while let index = pending.popLast() {
            guard seen.insert(index).inserted else { continue }
            let instruction = instructions[Int(index)]
            switch instruction.operation {
            case .byte, .match: result.append(index)
            case .split: pending += [instruction.next, instruction.other]
            case .jump, .save: pending.append(instruction.next)
            case .fail: break
            case .assertion:
                if instruction.low == RegexAssertion.textStart.rawValue {
                    if atStart { pending.append(instruction.next) }
                } else if atEnd {
                    pending.append(instruction.next)
                } else {
                    result.append(index)
                }
            }
        }
        return result.sorted()
    }
}
