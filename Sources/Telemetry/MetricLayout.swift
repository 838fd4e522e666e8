/// A counter, by its place in every shard of its layout.
public struct Counter: BitwiseCopyable, Sendable {
    let cell: Int
}

/// A value that goes up and down, by its place.
public struct Gauge: BitwiseCopyable, Sendable {
    let cell: Int
}

/// A distribution, by the place of its first bucket.
public struct Histogram: BitwiseCopyable, Sendable {
    let firstCell: Int
    let bounds: HistogramBounds
}

/// Upper bounds of buckets. Values are recorded in microseconds and shown in
/// milliseconds, as Envoy and Istio do.
public enum HistogramBounds: UInt8, BitwiseCopyable, Sendable {
    /// The buckets of Envoy's histograms, in milliseconds.
    case duration

    static let milliseconds: [Double] = [
        0.5, 1, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000, 30_000, 60_000, 300_000, 600_000,
        1_800_000, 3_600_000,
    ]
    static let count = 19

    /// The bucket of a value in microseconds; the last one has no bound.
    @inline(__always)
    static func bucket(_ microseconds: UInt64) -> Int {
        if microseconds <= 1000 { return microseconds <= 500 ? 0 : 1 }
        if microseconds <= 10_000 { return microseconds <= 5000 ? 2 : 3 }
        if microseconds <= 50_000 { return microseconds <= 25_000 ? 4 : 5 }
        if microseconds <= 250_000 { return microseconds <= 100_000 ? 6 : 7 }
        return slowBucket(microseconds)
    }

    private static func slowBucket(_ microseconds: UInt64) -> Int {
        let value = Double(microseconds) / 1000
        for index in 8..<count where value <= milliseconds[index] { return index }
        return count
    }
}

/// Which metrics a group of shards holds. Built once, then shared.
public struct MetricLayout: Sendable {
    struct Entry: Sendable {
        enum Kind: Sendable { case counter, gauge, histogram }
        var name: String
        var help: String
        var kind: Kind
        var labels: [(String, String)]
        var firstCell: Int
    }

    private(set) var entries: [Entry] = []
    private(set) var cellCount = 0

    /// A layout without metrics.
    public init() {}

    /// Adds a counter. By convention its name ends in `_total`.
    public mutating func counter(_ name: String, _ help: String, labels: [(String, String)] = []) -> Counter {
        Counter(cell: add(name, help, .counter, labels, cells: 1))
    }

    /// Adds a gauge; shards are added up when it is read.
    public mutating func gauge(_ name: String, _ help: String, labels: [(String, String)] = []) -> Gauge {
        Gauge(cell: add(name, help, .gauge, labels, cells: 1))
    }

    /// Adds a histogram of durations.
    public mutating func histogram(_ name: String, _ help: String, labels: [(String, String)] = []) -> Histogram {
        // Buckets, the one without bound, and the sum.
        Histogram(
            firstCell: add(name, help, .histogram, labels, cells: HistogramBounds.count + 2), bounds: .duration)
    }

    private mutating func add(
        _ name: String, _ help: String, _ kind: Entry.Kind, _ labels: [(String, String)], cells: Int
    ) -> Int {
        let first = cellCount
        entries.append(Entry(name: name, help: help, kind: kind, labels: labels, firstCell: first))
        cellCount += cells
        return first
    }
}
