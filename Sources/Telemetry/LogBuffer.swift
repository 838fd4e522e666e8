internal import Glibc

/// One thread's unwritten log lines, and where they go.
///
/// Lines are appended to 64 KiB of memory and written with one system call
/// when the owner flushes, at most a second later, or when it is full.
public struct LogBuffer: ~Copyable {
    /// The most a line may take; longer ones are cut.
    public static let longestLine = 16 * 1024
    private static let capacity = 64 * 1024

    private let memory: UnsafeMutableRawBufferPointer
    private var count = 0
    private let descriptor: Int32

    /// A buffer that writes to `descriptor`; it stays the caller's.
    public init(descriptor: Int32) {
        self.descriptor = descriptor
        memory = .allocate(byteCount: Self.capacity, alignment: 16)
    }

    deinit {
        memory.deallocate()
    }

    /// Whether lines wait to be written.
    public var isEmpty: Bool { count == 0 }

    /// Lends room for one line; `body` says how many bytes it wrote.
    public mutating func append(_ body: (UnsafeMutableRawBufferPointer) -> Int) {
        if Self.capacity - count < Self.longestLine { flush() }
        let room = UnsafeMutableRawBufferPointer(rebasing: memory[count..<min(count + Self.longestLine, Self.capacity)])
        let written = body(room)
        precondition(written >= 0 && written <= room.count)
        count += written
    }

    /// Writes what has gathered. A sink that takes no more loses lines rather
    /// than stopping traffic.
    public mutating func flush() {
        var written = 0
        while written < count, let base = memory.baseAddress {
            let result = write(descriptor, base + written, count - written)
            if result < 0 {
                if errno == EINTR { continue }
                break
            }
            written += result
        }
        count = 0
    }
}
