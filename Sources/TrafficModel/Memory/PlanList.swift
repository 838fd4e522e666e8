/// Compiled resources of one kind by index. An index keeps its meaning as long
/// as the resource of that name exists, also in tables compiled later; indexes
/// of removed resources are vacant until they are used again.
public struct PlanList<Plan: BitwiseCopyable & Sendable>: BitwiseCopyable, Sendable {
    @usableFromInline let slots: FlatArray<FlatArray<Plan>>

    init() {
        slots = FlatArray()
    }

    init(slots: FlatArray<FlatArray<Plan>>) {
        self.slots = slots
    }

    /// Number of indexes, vacant ones included.
    @inlinable public var count: Int { slots.count }

    /// Whether there is no resource at `index`.
    @inlinable
    public func isVacant(_ index: Int) -> Bool {
        UInt(bitPattern: index) >= UInt(bitPattern: slots.count) || slots[index].isEmpty
    }

    /// The resource at `index`; traps when it is vacant.
    @inlinable
    public subscript(index: Int) -> Plan {
        unsafeAddress {
            guard let base = slots[index].base else { preconditionFailure("vacant index") }
            return base
        }
    }

    /// The indexes in use.
    public var occupied: [Int] {
        (0..<count).filter { !isVacant($0) }
    }
}
