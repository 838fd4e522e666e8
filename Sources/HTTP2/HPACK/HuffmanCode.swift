/// The Huffman code of RFC 7541, Appendix B.
///
/// The code is canonical: the lengths alone give every code word. Decoding
/// goes four bits at a time through a table of 256 states.
struct HuffmanCode: Sendable {
    static let standard = HuffmanCode()

    private static let lengths: [UInt8] = [
        13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28,
        28, 28, 28, 28, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 28,
        6, 10, 10, 12, 13, 6, 8, 11, 10, 10, 8, 11, 8, 6, 6, 6,
        5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 7, 8, 15, 6, 12, 10,
        13, 6, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7,
        7, 7, 7, 7, 7, 7, 7, 7, 8, 7, 8, 13, 19, 13, 14, 6,
        15, 5, 6, 5, 6, 5, 6, 6, 6, 5, 7, 7, 6, 6, 6, 5,
        6, 7, 6, 5, 5, 6, 7, 7, 7, 7, 7, 15, 11, 14, 13, 28,
        20, 22, 20, 20, 22, 22, 22, 23, 22, 23, 23, 23, 23, 23, 24, 23,
        24, 24, 22, 23, 24, 23, 23, 23, 23, 21, 22, 23, 22, 23, 23, 24,
        22, 21, 20, 22, 22, 23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23,
        21, 21, 22, 21, 23, 22, 23, 23, 20, 22, 22, 22, 23, 22, 22, 23,
        26, 26, 20, 19, 22, 23, 22, 25, 26, 26, 26, 27, 27, 26, 24, 25,
        19, 21, 26, 27, 27, 26, 27, 24, 21, 21, 26, 26, 28, 27, 27, 27,
        20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25, 25, 24, 24, 26, 23,
        26, 27, 26, 26, 27, 27, 27, 27, 27, 28, 27, 27, 27, 27, 27, 26,
        30,
    ]
    private static let endOfString = 256

    /// One step: the next state, the symbol it completes, and whether the
    /// string may end there.
    private struct Step: BitwiseCopyable, Sendable {
        static let emits: UInt8 = 1
        static let mayEnd: UInt8 = 2
        static let fails: UInt8 = 4
        var next: UInt8 = 0
        var symbol: UInt8 = 0
        var flags: UInt8 = 0
    }

    private let codes: [UInt32]
    private let steps: [Step]

    private init() {
        let order = (0...Self.endOfString).sorted { (Self.lengths[$0], $0) < (Self.lengths[$1], $1) }
        var codes = [UInt32](repeating: 0, count: order.count)
        var code: UInt32 = 0
        var length = Self.lengths[order[0]]
        for symbol in order {
            code <<= UInt32(Self.lengths[symbol] - length)
            length = Self.lengths[symbol]
            codes[symbol] = code
            code += 1
        }
        self.codes = codes
        steps = Self.makeSteps(codes)
    }

    /// The tree of the code, then for each inner node the walk of each nibble.
    private static func makeSteps(_ codes: [UInt32]) -> [Step] {
        // A child below zero is the leaf of symbol -1 - child.
        var children: [(Int, Int)] = [(0, 0)]
        var paddingDepth: [Int: Int] = [0: 0]
        for symbol in codes.indices {
            var node = 0
            for position in stride(from: Int(lengths[symbol]) - 1, through: 0, by: -1) {
                let bit = codes[symbol] >> UInt32(position) & 1
                var child = bit == 0 ? children[node].0 : children[node].1
                if position == 0 {
                    child = -1 - symbol
                } else if child == 0 {
                    child = children.count
                    children.append((0, 0))
                }
                if bit == 0 { children[node].0 = child } else { children[node].1 = child }
                if bit == 1, position > 0, let depth = paddingDepth[node] { paddingDepth[child] = depth + 1 }
                node = child
                if node < 0 { break }
            }
        }
        var steps = [Step](repeating: Step(), count: children.count * 16)
        for state in children.indices {
            for nibble in 0..<16 {
                var step = Step()
                var node = state
                for position in stride(from: 3, through: 0, by: -1) {
                    let child = nibble >> position & 1 == 0 ? children[node].0 : children[node].1
                    if child >= 0 {
                        node = child
                        continue
                    }
                    let symbol = -1 - child
                    if symbol == endOfString {
                        step.flags |= Step.fails
                    } else {
                        step.flags |= Step.emits
                        step.symbol = UInt8(symbol)
                    }
                    node = 0
                }
                // Padding is at most seven bits of the end-of-string code.
                if let depth = paddingDepth[node], depth <= 7 { step.flags |= Step.mayEnd }
                step.next = UInt8(node)
                steps[state * 16 + nibble] = step
            }
        }
        return steps
    }

    /// Decodes `range` of `bytes` to `output` at `count`, which moves on.
    /// False for padding that isn't one, the end-of-string symbol, or more
    /// than `output` holds.
    func decode(_ bytes: Span<UInt8>, _ range: Range<Int>, into output: inout [UInt8], _ count: inout Int) -> Bool {
        var place = count
        let isWhole = steps.withUnsafeBufferPointer { steps in
            output.withUnsafeMutableBufferPointer { output in
                var state = 0
                var mayEnd = true
                for index in range {
                    let byte = bytes[index]
                    var nibble = Int(byte >> 4)
                    for _ in 0..<2 {
                        let step = steps[state << 4 | nibble]
                        if step.flags & Step.fails != 0 { return false }
                        if step.flags & Step.emits != 0 {
                            guard place < output.count else { return false }
                            output[place] = step.symbol
                            place &+= 1
                        }
                        state = Int(step.next)
                        mayEnd = step.flags & Step.mayEnd != 0
                        nibble = Int(byte & 15)
                    }
                }
                return mayEnd
            }
        }
        count = place
        return isWhole
    }

    /// Bytes of the encoded form.
    func encodedCount(_ bytes: Span<UInt8>, lowercased: Bool) -> Int {
        var bits = 0
        for index in bytes.indices {
            bits &+= Int(Self.lengths[Int(lowercased ? bytes[index].lowercased : bytes[index])])
        }
        return (bits &+ 7) / 8
    }

    func encode(_ bytes: Span<UInt8>, lowercased: Bool, to output: inout [UInt8]) {
        var pending: UInt64 = 0
        var bits = 0
        for index in bytes.indices {
            let symbol = Int(lowercased ? bytes[index].lowercased : bytes[index])
            pending = pending << UInt64(Self.lengths[symbol]) | UInt64(codes[symbol])
            bits &+= Int(Self.lengths[symbol])
            while bits >= 8 {
                bits &-= 8
                output.append(UInt8(truncatingIfNeeded: pending >> UInt64(bits)))
            }
        }
        if bits > 0 {
            output.append(UInt8(truncatingIfNeeded: pending << UInt64(8 &- bits)) | UInt8(0xff) >> UInt8(bits))
        }
    }
}

extension UInt8 {
    /// The same letter in lower case, if it is one of ASCII.
    var lowercased: UInt8 { self &- 0x41 < 26 ? self | 0x20 : self }
}
