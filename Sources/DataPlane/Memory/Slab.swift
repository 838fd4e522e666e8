/// Where an element lives in its slab, and which tenant of that place it is.
struct Slot: BitwiseCopyable {
    var index: UInt32 = 0
    /// Odd while in use, even while free; so a stale reference never matches.
    var generation: UInt32 = 0
    var nextFree: UInt32 = Slot.none

    static let none = UInt32.max
}

/// What a slab holds: plain data that knows its own slot.
protocol SlabElement: BitwiseCopyable {
    var slot: Slot { get set }
    init()
}

/// A pool of plain structs at stable addresses.
///
/// Memory is taken in chunks and never returned while the slab lives, so a
/// pointer to an element stays readable after the element was freed; its
/// generation then tells that it is another tenant's.
struct Slab<Element: SlabElement>: ~Copyable {
    private static var chunkShift: Int { 6 }
    private static var chunkSize: Int { 1 << chunkShift }

    private var chunks: [UnsafeMutablePointer<Element>] = []
    private var firstFree = Slot.none
    private(set) var inUse = 0

    init() {}

    deinit {
        for chunk in chunks { chunk.deallocate() }
    }

    /// A fresh element; grows by a chunk when none is free.
    mutating func allocate() -> UnsafeMutablePointer<Element> {
        if firstFree == Slot.none { grow() }
        let element = pointer(firstFree)
        var slot = element.pointee.slot
        firstFree = slot.nextFree
        slot.generation &+= 1
        slot.nextFree = Slot.none
        element.pointee = Element()
        element.pointee.slot = slot
        inUse += 1
        return element
    }

    mutating func free(_ element: UnsafeMutablePointer<Element>) {
        precondition(element.pointee.slot.generation & 1 == 1, "an element is freed once")
        element.pointee.slot.generation &+= 1
        element.pointee.slot.nextFree = firstFree
        firstFree = element.pointee.slot.index
        inUse -= 1
    }

    /// The element of that slot, if that tenant still lives there.
    func find(index: UInt32, generation: UInt32) -> UnsafeMutablePointer<Element>? {
        guard Int(index) < chunks.count << Self.chunkShift else { return nil }
        let element = pointer(index)
        return element.pointee.slot.generation == generation ? element : nil
    }

    /// Calls `body` for each element in use; elements may be freed meanwhile.
    func forEach(_ body: (UnsafeMutablePointer<Element>) -> Void) {
        for chunk in chunks {
            for offset in 0..<Self.chunkSize where chunk[offset].slot.generation & 1 == 1 {
                body(chunk + offset)
            }
        }
    }

    /// The elements in use at this moment.
    var all: [UnsafeMutablePointer<Element>] {
        var result: [UnsafeMutablePointer<Element>] = []
        forEach { result.append($0) }
        return result
    }

    private func pointer(_ index: UInt32) -> UnsafeMutablePointer<Element> {
        chunks[Int(index) >> Self.chunkShift] + (Int(index) & (Self.chunkSize - 1))
    }

    private mutating func grow() {
        let base = chunks.count << Self.chunkShift
        let chunk = UnsafeMutablePointer<Element>.allocate(capacity: Self.chunkSize)
        for offset in (0..<Self.chunkSize).reversed() {
            var element = Element()
            element.slot.index = UInt32(base + offset)
            element.slot.nextFree = firstFree
            firstFree = element.slot.index
            (chunk + offset).initialize(to: element)
        }
        chunks.append(chunk)
    }
}
