/// Bytes appended to memory that the caller owns; what does not fit is dropped
/// and remembered, never written past the end.
public struct ByteWriter {
    private let memory: UnsafeMutableBufferPointer<UInt8>

    /// Bytes written so far.
    public private(set) var count = 0
    /// Whether something did not fit: what was written is then incomplete.
    public private(set) var overflowed = false

    /// A writer that fills `memory` from its start.
    public init(_ memory: UnsafeMutableBufferPointer<UInt8>) {
        self.memory = memory
    }

    /// What was written, valid as long as the memory is.
    public var written: UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(rebasing: memory[0..<count])
    }

    /// Appends bytes.
    public mutating func append(_ bytes: UnsafeBufferPointer<UInt8>) {
        guard let source = bytes.baseAddress, bytes.count > 0 else { return }
        guard let target = memory.baseAddress, memory.count - count >= bytes.count else {
            overflowed = true
            return
        }
        (target + count).update(from: source, count: bytes.count)
        count += bytes.count
    }

    /// Appends one byte.
    public mutating func append(_ byte: UInt8) {
        guard count < memory.count else {
            overflowed = true
            return
        }
        memory[count] = byte
        count += 1
    }

    /// Appends compiled text.
    public mutating func append(_ text: FlatText) {
        append(text.buffer)
    }

    /// Appends a literal of the program.
    public mutating func append(_ literal: StaticString) {
        guard literal.hasPointerRepresentation else { return }
        append(UnsafeBufferPointer(start: literal.utf8Start, count: literal.utf8CodeUnitCount))
    }

    /// Appends a number in decimal digits.
    public mutating func append(decimal number: UInt64) {
        if number >= 10 { append(decimal: number / 10) }
        append(UInt8(truncatingIfNeeded: 48 + number % 10))
    }

    /// Runs `body` with a writer over temporary memory and gives what it wrote.
    /// For tests, logs and explanations: it allocates.
    public static func string(capacity: Int = 16_384, _ body: (inout ByteWriter) -> Void) -> String {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: capacity) { memory in
            var writer = ByteWriter(memory)
            body(&writer)
            return String(decoding: writer.written, as: UTF8.self)
        }
    }
}
