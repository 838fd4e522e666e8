internal import Glibc

/// A run of owned bytes that a connection holds only while it has unsent or
/// unparsed ones. Plain data: its memory belongs to a `BlockPool`.
struct Block: BitwiseCopyable {
    private(set) var base: UnsafeMutablePointer<UInt8>?
    private(set) var sizeClass: UInt8 = 0
    private(set) var start = 0
    private(set) var end = 0

    init() {}

    fileprivate init(base: UnsafeMutablePointer<UInt8>, sizeClass: UInt8) {
        self.base = base
        self.sizeClass = sizeClass
    }

    var count: Int { end &- start }
    var isEmpty: Bool { start == end }
    var isAllocated: Bool { base != nil }
    var capacity: Int { base == nil ? 0 : BlockPool.size(of: sizeClass) }

    var bytes: UnsafeRawBufferPointer {
        guard let base else { return UnsafeRawBufferPointer(start: nil, count: 0) }
        return UnsafeRawBufferPointer(start: base + start, count: count)
    }

    mutating func consume(_ count: Int) {
        precondition(count >= 0 && count <= self.count)
        start += count
    }

    mutating func truncate(to count: Int) {
        precondition(count >= 0 && count <= self.count)
        end = start + count
    }

    /// Room behind the bytes; what is written there counts after `filled`.
    var tail: UnsafeMutableRawBufferPointer {
        guard let base else { return UnsafeMutableRawBufferPointer(start: nil, count: 0) }
        return UnsafeMutableRawBufferPointer(start: base + end, count: capacity - end)
    }

    /// Replaces a run of the bytes; what follows it moves. Room for what is longer must be there.
    mutating func replace(_ range: Range<Int>, with bytes: UnsafeRawBufferPointer) {
        precondition(range.lowerBound >= 0 && range.upperBound <= count)
        let growth = bytes.count - range.count
        precondition(end + growth <= capacity)
        guard let base else { return }
        let rest = UnsafeMutableRawPointer(base + start + range.upperBound)
        memmove(rest + growth, rest, count - range.upperBound)
        if let from = bytes.baseAddress {
            UnsafeMutableRawPointer(base + start + range.lowerBound).copyMemory(from: from, byteCount: bytes.count)
        }
        end += growth
    }

    mutating func filled(_ count: Int) {
        precondition(count >= 0 && end + count <= capacity)
        end += count
    }

    fileprivate mutating func compact() {
        guard let base, start > 0 else { return }
        base.update(from: base + start, count: count)
        end = count
        start = 0
    }

    fileprivate mutating func adopt(_ source: UnsafeRawBufferPointer) {
        guard let from = source.baseAddress, let base else { return }
        precondition(end + source.count <= capacity)
        UnsafeMutableRawPointer(base + end).copyMemory(from: from, byteCount: source.count)
        end += source.count
    }
}

/// Blocks by size class, powers of two from 1 KiB to 2 MiB. One pool for
/// each worker, so nothing here is shared or locked.
struct BlockPool: ~Copyable {
    static let smallest = 1024
    static let classCount = 12
    /// Free blocks kept for each class, at most 1 MiB of them; the rest goes
    /// back to the allocator.
    private static func kept(_ sizeClass: Int) -> Int { max(1, min(64, (1 << 20) / (smallest << sizeClass))) }

    private var free: [[UnsafeMutablePointer<UInt8>]]
    private(set) var bytesInUse = 0

    init() {
        free = (0..<Self.classCount).map { sizeClass in
            var list: [UnsafeMutablePointer<UInt8>] = []
            list.reserveCapacity(Self.kept(sizeClass))
            return list
        }
    }

    deinit {
        for list in free { for block in list { block.deallocate() } }
    }

    static func size(of sizeClass: UInt8) -> Int { smallest << Int(sizeClass) }

    static func sizeClass(for count: Int) -> UInt8 {
        var size = smallest
        var result: UInt8 = 0
        while size < count {
            size <<= 1
            result += 1
        }
        return result
    }

    mutating func allocate(atLeast count: Int) -> Block {
        let sizeClass = Self.sizeClass(for: count)
        precondition(Int(sizeClass) < Self.classCount, "a block is at most 2 MiB")
        bytesInUse += Self.size(of: sizeClass)
        if let base = free[Int(sizeClass)].popLast() {
            return Block(base: base, sizeClass: sizeClass)
        }
        let base = UnsafeMutablePointer<UInt8>.allocate(capacity: Self.size(of: sizeClass))
        return Block(base: base, sizeClass: sizeClass)
    }

    /// Gives the memory back and leaves an empty block behind.
    mutating func release(_ block: inout Block) {
        guard let base = block.base else { return }
        let sizeClass = Int(block.sizeClass)
        bytesInUse -= block.capacity
        if free[sizeClass].count < Self.kept(sizeClass) {
            free[sizeClass].append(base)
        } else {
            base.deallocate()
        }
        block = Block()
    }

    /// Makes room for `count` more bytes behind the ones in the block.
    mutating func reserve(_ count: Int, in block: inout Block) {
        if block.tail.count >= count { return }
        if block.isAllocated, block.capacity - block.count >= count {
            block.compact()
            return
        }
        var larger = allocate(atLeast: block.count + count)
        larger.adopt(block.bytes)
        release(&block)
        block = larger
    }

    mutating func append(_ bytes: UnsafeRawBufferPointer, to block: inout Block) {
        guard bytes.count > 0 else { return }
        reserve(bytes.count, in: &block)
        block.adopt(bytes)
    }
}
