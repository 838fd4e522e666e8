internal import Synchronization

/// All shards of a process, merged when somebody reads them.
public final class MetricRegistry: Sendable {
    private struct Group: Sendable {
        var layout: MetricLayout
        var labels: [(String, String)]
        var shards: [MetricShard] = []
        /// What shards that are gone had counted.
        var retired: [UInt64]
    }

    private struct State: Sendable {
        var groups: [Group] = []
        /// Where the group of a layout and labels is.
        var places: [[String]: Int] = [:]
        /// Where the group of a shard is.
        var homes: [ObjectIdentifier: Int] = [:]
    }

    private let state = Mutex(State())

    /// A registry without shards.
    public init() {}

    /// A new shard of `layout`; shards with the same labels are shown as one.
    public func shard(of layout: MetricLayout, labels: [(String, String)] = []) -> MetricShard {
        let shard = MetricShard(layout)
        let key = [layout.entries.first?.name ?? ""] + labels.flatMap { [$0.0, $0.1] }
        state.withLock { state in
            let place = state.places[key] ?? state.groups.count
            if place == state.groups.count {
                state.places[key] = place
                state.groups.append(
                    Group(layout: layout, labels: labels, retired: [UInt64](repeating: 0, count: layout.cellCount)))
            }
            state.groups[place].shards.append(shard)
            state.homes[ObjectIdentifier(shard)] = place
        }
        return shard
    }

    /// Takes a shard out; what it counted stays, as counters never go back.
    public func retire(_ shard: MetricShard) {
        state.withLock { state in
            guard let home = state.homes.removeValue(forKey: ObjectIdentifier(shard)),
                let place = state.groups[home].shards.firstIndex(where: { $0 === shard })
            else { return }
            state.groups[home].shards.remove(at: place)
            for entry in state.groups[home].layout.entries where entry.kind != .gauge {
                let cells = entry.kind == .histogram ? HistogramBounds.count + 2 : 1
                for cell in entry.firstCell..<entry.firstCell + cells {
                    state.groups[home].retired[cell] &+= shard.value(at: cell)
                }
            }
        }
    }

    /// Sum of a counter over the shards whose labels include `labels`.
    public func total(_ name: String, labels: [(String, String)] = []) -> UInt64 {
        state.withLock { state in
            var sum: UInt64 = 0
            for group in state.groups {
                for entry in group.layout.entries where entry.name == name && entry.kind == .counter {
                    let all = group.labels + entry.labels
                    let wanted = labels.allSatisfy { label in all.contains { $0 == label } }
                    if wanted { sum &+= Self.sum(group, entry.firstCell) }
                }
            }
            return sum
        }
    }

    /// Every metric, added up.
    public func samples() -> [MetricSample] {
        let groups = state.withLock { $0.groups }
        return groups.flatMap { group in
            group.layout.entries.map { entry in
                let value: MetricSample.Value =
                    switch entry.kind {
                    case .counter: .counter(Self.sum(group, entry.firstCell))
                    case .gauge: .gauge(Int64(bitPattern: Self.sum(group, entry.firstCell)))
                    case .histogram:
                        .histogram(
                            buckets: (0...HistogramBounds.count).map { Self.sum(group, entry.firstCell + $0) },
                            sum: Self.sum(group, entry.firstCell + HistogramBounds.count + 1))
                    }
                let labels = (group.labels + entry.labels).map { (name: $0.0, value: $0.1) }
                return MetricSample(name: entry.name, help: entry.help, labels: labels, value: value)
            }
        }
    }

    /// Everything in Prometheus' text format, families in name order.
    public func prometheusText() -> String { PrometheusText.text(of: samples()) }

    // MARK: - Inside

    private static func sum(_ group: Group, _ cell: Int) -> UInt64 {
        group.shards.reduce(group.retired[cell]) { $0 &+ $1.value(at: cell) }
    }
}
