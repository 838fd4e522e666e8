extension RegexProgram {
    /// Whether the whole of `text` matches (RE2's FullMatch).
    public func matchesWhole(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        switch strategy {
        case .literal:
            return ByteComparison.equal(text, literal.buffer)
        case .anything:
            return RegexProgram.isPlain(text, from: 0) || automaton.accepts(text)
        case .literalPrefix:
            guard ByteComparison.hasPrefix(text, literal.buffer) else { return false }
            return RegexProgram.isPlain(text, from: literal.count) || automaton.accepts(text)
        case .automaton:
            return automaton.accepts(text)
        case .simulation:
            var steps = 0
            return simulateWhole(text, steps: &steps)
        }
    }

    /// The same by simulation, whatever the strategy, with the work it took.
    func simulateWhole(_ text: UnsafeBufferPointer<UInt8>, steps: inout Int) -> Bool {
        RegexSimulation.run(
            self, text, from: 0, anchored: true, whole: true, slots: .init(start: nil, count: 0), steps: &steps)
    }

    /// Whether `.*` takes everything from `start`: ASCII without a line break.
    private static func isPlain(_ text: UnsafeBufferPointer<UInt8>, from start: Int) -> Bool {
        guard let base = text.baseAddress else { return true }
        let raw = UnsafeRawPointer(base)
        var offset = start
        while offset &+ 8 <= text.count {
            let word = raw.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
            let breaks = word ^ 0x0A0A_0A0A_0A0A_0A0A
            // A zero byte in `breaks` borrows into its top bit.
            let zero = (breaks &- 0x0101_0101_0101_0101) & ~breaks
            if (word | zero) & 0x8080_8080_8080_8080 != 0 { return false }
            offset &+= 8
        }
        while offset < text.count {
            let byte = text[offset]
            if byte >= 0x80 || byte == 10 { return false }
            offset &+= 1
        }
        return true
    }
}

extension RegexRewrite {
    /// Writes `text` with every match replaced (RE2's GlobalReplace).
    public func write(_ text: UnsafeBufferPointer<UInt8>, into writer: inout ByteWriter) {
        var steps = 0
        withUnsafeTemporaryAllocation(of: Int.self, capacity: (pattern.groups + 1) * 2) { slots in
            slots.initialize(repeating: -1)
            var place = 0
            var lastEnd = -1
            while place <= text.count {
                let found = RegexSimulation.run(
                    pattern, text, from: place, anchored: false, whole: false, slots: slots, steps: &steps)
                guard found else { break }
                let start = slots[0]
                let end = slots[1]
                if place < start { writer.append(UnsafeBufferPointer(rebasing: text[place..<start])) }
                if start == lastEnd, start == end {
                    // No empty match right after a match: go on by one character.
                    guard place < text.count else { break }
                    repeat {
                        writer.append(text[place])
                        place += 1
                    } while place < text.count && text[place] & 0xC0 == 0x80
                    continue
                }
                writeSubstitution(text, slots, into: &writer)
                place = end
                lastEnd = end
            }
            if place < text.count { writer.append(UnsafeBufferPointer(rebasing: text[place...])) }
        }
    }

    private func writeSubstitution(
        _ text: UnsafeBufferPointer<UInt8>, _ slots: UnsafeMutableBufferPointer<Int>, into writer: inout ByteWriter
    ) {
        var index = 0
        while index < substitution.count {
            let byte = substitution.bytes[index]
            index += 1
            guard byte == 0x5C, index < substitution.count else {
                writer.append(byte)
                continue
            }
            let next = substitution.bytes[index]
            index += 1
            if next &- 48 < 10 {
                let group = Int(next - 48)
                guard group <= pattern.groups, slots[group * 2] >= 0 else { continue }
                writer.append(UnsafeBufferPointer(rebasing: text[slots[group * 2]..<slots[group * 2 + 1]]))
            } else {
                writer.append(next)
            }
        }
    }
}
