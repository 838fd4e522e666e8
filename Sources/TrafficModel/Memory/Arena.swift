/// The memory of one compiled resource: filled while it is compiled, read-only
/// from then on, and freed as a whole.
///
/// This and ``FlatArray`` are the only types here that handle raw memory.
final class Arena {
    // A small resource stays small and a large one takes few blocks: each block
    // is a quarter of what is held already.
    private static let smallestBlock = 256
    private static let largestBlock = 256 * 1024

    private var blocks: [UnsafeMutableRawPointer] = []
    private var next: UnsafeMutableRawPointer?
    private var free = 0

    /// Bytes held, for the memory figures of the configuration.
    private(set) var bytes = 0

    init() {}

    deinit {
        for block in blocks { block.deallocate() }
    }

    private func reserve(_ size: Int, alignment: Int) -> UnsafeMutableRawPointer {
        if let next {
            let aligned = next.alignedUp(toMultipleOf: alignment)
            let used = next.distance(to: aligned) + size
            if used <= free {
                self.next = next + used
                free -= used
                return aligned
            }
        }
        let wanted = Swift.min(Swift.max(bytes / 4, Self.smallestBlock), Self.largestBlock)
        let capacity = Swift.max(size, wanted)
        let block = UnsafeMutableRawPointer.allocate(byteCount: capacity, alignment: 16)
        blocks.append(block)
        bytes += capacity
        if capacity - size > free || next == nil {
            next = block + size
            free = capacity - size
        }
        return block
    }

    /// Copies `elements` into the arena.
    func array<Element: BitwiseCopyable & Sendable>(_ elements: [Element]) -> FlatArray<Element> {
        guard !elements.isEmpty else { return FlatArray() }
        let memory = reserve(
            MemoryLayout<Element>.stride * elements.count, alignment: MemoryLayout<Element>.alignment)
        let typed = memory.bindMemory(to: Element.self, capacity: elements.count)
        elements.withUnsafeBufferPointer { source in
            if let start = source.baseAddress { typed.initialize(from: start, count: source.count) }
        }
        return FlatArray(base: UnsafePointer(typed), length: elements.count)
    }

    /// Copies one value into the arena, as an array of one.
    func single<Element: BitwiseCopyable & Sendable>(_ element: Element) -> FlatArray<Element> {
        array([element])
    }

    /// Copies the UTF-8 bytes of `string` into the arena.
    func text(_ string: String) -> FlatText {
        var string = string
        return string.withUTF8 { source in
            guard let start = source.baseAddress, source.count > 0 else { return FlatText() }
            let memory = reserve(source.count, alignment: 1).bindMemory(to: UInt8.self, capacity: source.count)
            memory.initialize(from: start, count: source.count)
            return FlatText(bytes: FlatArray(base: UnsafePointer(memory), length: source.count))
        }
    }

    /// Copies raw bytes into the arena.
    func text(_ bytes: [UInt8]) -> FlatText {
        FlatText(bytes: array(bytes))
    }
}

// Proof: an arena is filled by the one compilation that creates it and is
// handed out only afterwards, inside a `CompiledResource`, which offers no way
// to write to it.
extension Arena: @unchecked Sendable {}
