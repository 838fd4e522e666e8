internal import Synchronization

/// One thread's values of a layout.
///
/// Only its owner writes, with a plain load and store; anyone may read. So
/// counting costs what an ordinary addition costs, and no locked instruction.
public final class MetricShard: Sendable {
    private let cells: Cells
    let count: Int

    /// The memory of a shard.
    private struct Cells: @unchecked Sendable {
        // Proof: every access goes through `Atomic`, and the memory lives as
        // long as the shard.
        let base: UnsafeMutablePointer<Atomic<UInt64>>
    }

    /// A shard of zeros for `layout`.
    public init(_ layout: MetricLayout) {
        count = layout.cellCount
        let base = UnsafeMutablePointer<Atomic<UInt64>>.allocate(capacity: max(1, count))
        for index in 0..<count { (base + index).initialize(to: Atomic(0)) }
        cells = Cells(base: base)
    }

    deinit {
        cells.base.deinitialize(count: count)
        cells.base.deallocate()
    }

    /// Adds to a counter. The owner only.
    @inline(__always)
    public func add(_ counter: Counter, _ amount: UInt64 = 1) { bump(counter.cell, amount) }

    /// Adds to a gauge; negative amounts take away. The owner only.
    @inline(__always)
    public func add(_ gauge: Gauge, _ amount: Int64) { bump(gauge.cell, UInt64(bitPattern: amount)) }

    /// Sets a gauge. The owner only.
    public func set(_ gauge: Gauge, _ value: Int64) {
        precondition(gauge.cell < count)
        cells.base[gauge.cell].store(UInt64(bitPattern: value), ordering: .relaxed)
    }

    /// Records a duration. The owner only.
    @inline(__always)
    public func record(_ histogram: Histogram, microseconds: UInt64) {
        bump(histogram.firstCell + HistogramBounds.bucket(microseconds), 1)
        bump(histogram.firstCell + HistogramBounds.count + 1, microseconds)
    }

    /// A counter's value in this shard.
    public func value(_ counter: Counter) -> UInt64 { value(at: counter.cell) }

    func value(at cell: Int) -> UInt64 {
        precondition(cell < count)
        return cells.base[cell].load(ordering: .relaxed)
    }

    @inline(__always)
    private func bump(_ cell: Int, _ amount: UInt64) {
        precondition(cell < count)
        let place = cells.base + cell
        let old = place.pointee.load(ordering: .relaxed)
        place.pointee.store(old &+ amount, ordering: .relaxed)
    }
}
