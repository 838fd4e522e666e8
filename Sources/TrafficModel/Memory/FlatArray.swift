/// An immutable array of plain values inside the memory of a compiled resource.
///
/// Reading one costs a bounds check and a load: no reference is counted and no
/// exclusivity is checked, which is what routing a request on several threads
/// at once needs. The memory belongs to the ``TrafficTables`` it was read from,
/// so a value taken out of them must not be used after they are released.
public struct FlatArray<Element: BitwiseCopyable & Sendable>: BitwiseCopyable {
    @usableFromInline let base: UnsafePointer<Element>?
    @usableFromInline let length: Int

    /// The array without elements.
    @inlinable
    public init() {
        base = nil
        length = 0
    }

    @usableFromInline
    init(base: UnsafePointer<Element>, length: Int) {
        self.base = base
        self.length = length
    }
}

// Proof: the memory is written once, by the `Arena` that made the array, before
// the array is visible to anyone else, and is never written again.
extension FlatArray: @unchecked Sendable {}

extension FlatArray: RandomAccessCollection {
    @inlinable public var startIndex: Int { 0 }
    @inlinable public var endIndex: Int { length }
    @inlinable public var count: Int { length }

    /// The element at `position`; traps when there is none.
    @inlinable
    public subscript(position: Int) -> Element {
        unsafeAddress {
            guard let base, UInt(bitPattern: position) < UInt(bitPattern: length) else {
                preconditionFailure("index out of range")
            }
            return base + position
        }
    }

    /// The elements as a buffer, for code that works on bytes.
    @inlinable
    public var buffer: UnsafeBufferPointer<Element> {
        UnsafeBufferPointer(start: base, count: length)
    }
}
