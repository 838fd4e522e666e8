/// One instruction of the nondeterministic automaton.
struct RegexInstruction: BitwiseCopyable, Sendable, Equatable {
    enum Operation: UInt8, BitwiseCopyable, Sendable {
        /// One byte from `low` to `high`, then `next`.
        case byte
        /// Both `next` and `other`; `next` is preferred.
        case split
        case jump
        /// Remember the place in slot `other`.
        case save
        /// The assertion `low` must hold.
        case assertion
        case match
        /// Never.
        case fail
    }

    var operation: Operation
    var low: UInt8 = 0
    var high: UInt8 = 0
    var next: Int32 = 0
    var other: Int32 = 0
}

/// Turns a parsed pattern into instructions over bytes.
struct RegexCompiler {
    /// Patterns that need more are refused.
    static let maximumInstructions = 20_000

    private(set) var instructions: [RegexInstruction] = []

    static func compile(_ syntax: RegexSyntax) throws(RegexError) -> [RegexInstruction] {
        var compiler = RegexCompiler()
        compiler.emit(.save, other: 0)
        try compiler.add(syntax)
        compiler.emit(.save, other: 1)
        compiler.emit(.match)
        return compiler.instructions
    }

    private var here: Int32 { Int32(instructions.count) }

    @discardableResult
    private mutating func emit(_ operation: RegexInstruction.Operation, other: Int32 = 0) -> Int {
        instructions.append(RegexInstruction(operation: operation, next: here + 1, other: other))
        return instructions.count - 1
    }

    private mutating func add(_ syntax: RegexSyntax) throws(RegexError) {
        if instructions.count > Self.maximumInstructions {
            throw RegexError(description: "pattern too large - compile failed")
        }
        switch syntax {
        case .empty: break
        case .set(let ranges): try add(ranges)
        case .anyByte: addByte(0, 255)
        case .sequence(let parts):
            for part in parts { try add(part) }
        case .alternatives(let choices): try add(choices: choices)
        case .group(let body, let index):
            emit(.save, other: Int32(index * 2))
            try add(body)
            emit(.save, other: Int32(index * 2 + 1))
        case .assertion(let assertion):
            let index = emit(.assertion)
            instructions[index].low = assertion.rawValue
        case .repetition(let body, let minimum, let maximum, let greedy):
            try add(repeating: body, minimum, maximum, greedy)
        }
    }

    private mutating func addByte(_ low: UInt8, _ high: UInt8) {
        let index = emit(.byte)
        instructions[index].low = low
        instructions[index].high = high
    }

    private mutating func add(choices: [RegexSyntax]) throws(RegexError) {
        var jumps: [Int] = []
        for (index, choice) in choices.enumerated() {
            if index == choices.count - 1 {
                try add(choice)
            } else {
                let split = emit(.split)
                try add(choice)
                jumps.append(emit(.jump))
                instructions[split].other = here
            }
        }
        for jump in jumps { instructions[jump].next = here }
    }

    private mutating func add(
        repeating body: RegexSyntax, _ minimum: Int, _ maximum: Int?, _ greedy: Bool
    ) throws(RegexError) {
        let start = instructions.count
        for _ in 0..<minimum {
            try add(body)
            // Nothing, repeated, is nothing: `(?:){1000}` must cost nothing.
            if instructions.count == start { return }
        }
        if let maximum {
            var splits: [Int] = []
            for _ in minimum..<Swift.max(maximum, minimum) {
                splits.append(emit(.split))
                let before = instructions.count
                try add(body)
                if instructions.count == before { break }
            }
            for split in splits { connect(split, past: here, greedy: greedy) }
        } else {
            let split = emit(.split)
            try add(body)
            let jump = emit(.jump)
            instructions[jump].next = Int32(split)
            connect(split, past: here, greedy: greedy)
        }
    }

    private mutating func connect(_ split: Int, past end: Int32, greedy: Bool) {
        let body = Int32(split + 1)
        instructions[split].next = greedy ? body : end
        instructions[split].other = greedy ? end : body
    }

    // MARK: - Code points as UTF-8

    private mutating func add(_ ranges: [ClosedRange<UInt32>]) throws(RegexError) {
        let sequences = ranges.flatMap { UTF8Ranges.sequences($0) }
        guard !sequences.isEmpty else {
            emit(.fail)
            return
        }
        var jumps: [Int] = []
        for (index, sequence) in sequences.enumerated() {
            let split = index == sequences.count - 1 ? nil : emit(.split)
            for range in sequence { addByte(range.lowerBound, range.upperBound) }
            if let split {
                jumps.append(emit(.jump))
                instructions[split].other = here
            }
        }
        for jump in jumps { instructions[jump].next = here }
        if instructions.count > Self.maximumInstructions {
            throw RegexError(description: "pattern too large - compile failed")
        }
    }
}

/// Ranges of code points as sequences of byte ranges.
enum UTF8Ranges {
    static func sequences(_ range: ClosedRange<UInt32>) -> [[ClosedRange<UInt8>]] {
        var result: [[ClosedRange<UInt8>]] = []
        // Surrogates have no UTF-8 form; each length is its own stretch.
        for stretch in [0...0x7F, 0x80...0x7FF, 0x800...0xD7FF, 0xE000...0xFFFF, 0x10000...0x10FFFF]
            as [ClosedRange<UInt32>]
        {
            let low = Swift.max(range.lowerBound, stretch.lowerBound)
            let high = Swift.min(range.upperBound, stretch.upperBound)
            if low <= high { split(low, high, &result) }
        }
        return result
    }

    private static func split(_ low: UInt32, _ high: UInt32, _ result: inout [[ClosedRange<UInt8>]]) {
        // Cut where the continuation bytes of one end are not all free.
        for shift in [6, 12, 18] as [UInt32] {
            let mask: UInt32 = (1 << shift) - 1
            guard low & ~mask != high & ~mask, high > 0x7F else { continue }
            if low & mask != 0 {
                split(low, low | mask, &result)
                split((low | mask) + 1, high, &result)
                return
            }
            if high & mask != mask {
                split(low, (high & ~mask) - 1, &result)
                split(high & ~mask, high, &result)
                return
            }
        }
        let first = encoded(low)
        let last = encoded(high)
        result.append(zip(first, last).map { $0...$1 })
    }

    private static func encoded(_ value: UInt32) -> [UInt8] {
        guard let scalar = Unicode.Scalar(value), let bytes = Unicode.UTF8.encode(scalar) else { return [] }
        return Array(bytes)
    }
}
