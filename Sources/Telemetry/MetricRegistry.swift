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

    private let groups = Mutex<[Group]>([])

    /// A registry without shards.
    public init() {}

    /// A new shard of `layout`; shards with the same labels are shown as one.
    public func shard(of layout: MetricLayout, labels: [(String, String)] = []) -> MetricShard {
        let shard = MetricShard(layout)
        groups.withLock { groups in
            let known = groups.firstIndex {
                $0.layout.entries.first?.name == layout.entries.first?.name && Self.equal($0.labels, labels)
            }
            if let known {
                groups[known].shards.append(shard)
            } else {
                groups.append(
                    Group(
                        layout: layout, labels: labels, shards: [shard],
                        retired: [UInt64](repeating: 0, count: layout.cellCount)))
            }
        }
        return shard
    }

    /// Takes a shard out; what it counted stays, as counters never go back.
    public func retire(_ shard: MetricShard) {
        groups.withLock { groups in
            for index in groups.indices {
                guard let place = groups[index].shards.firstIndex(where: { $0 === shard }) else { continue }
                groups[index].shards.remove(at: place)
                for entry in groups[index].layout.entries where entry.kind != .gauge {
                    let cells = entry.kind == .histogram ? HistogramBounds.count + 2 : 1
                    for cell in entry.firstCell..<entry.firstCell + cells {
                        groups[index].retired[cell] &+= shard.value(at: cell)
                    }
                }
                return
            }
        }
    }

    /// Sum of a counter over the shards whose labels include `labels`.
    public func total(_ name: String, labels: [(String, String)] = []) -> UInt64 {
        groups.withLock { groups in
            var sum: UInt64 = 0
            for group in groups {
                for entry in group.layout.entries where entry.name == name && entry.kind == .counter {
                    let all = group.labels + entry.labels
                    let wanted = labels.allSatisfy { label in all.contains { $0 == label } }
                    if wanted { sum &+= Self.sum(group, entry.firstCell) }
                }
            }
            return sum
        }
    }

    /// Everything in Prometheus' text format, families in name order.
    public func prometheusText() -> String {
        let groups = groups.withLock { $0 }
        var families: [String: (help: String, type: String, lines: [String])] = [:]
        for group in groups {
            for entry in group.layout.entries {
                let labels = group.labels + entry.labels
                var lines: [String] = []
                let type: String
                switch entry.kind {
                case .counter:
                    type = "counter"
                    lines.append("\(entry.name)\(Self.text(labels)) \(Self.sum(group, entry.firstCell))")
                case .gauge:
                    type = "gauge"
                    let value = Int64(bitPattern: Self.sum(group, entry.firstCell))
                    lines.append("\(entry.name)\(Self.text(labels)) \(value)")
                case .histogram:
                    type = "histogram"
                    lines = Self.histogramLines(group, entry, labels)
                }
                families[entry.name, default: (entry.help, type, [])].lines += lines
            }
        }
        var result = ""
        for name in families.keys.sorted() {
            guard let family = families[name] else { continue }
            result += "# HELP \(name) \(family.help)\n# TYPE \(name) \(family.type)\n"
            for line in family.lines { result += line + "\n" }
        }
        return result
    }

    // MARK: - Inside

    private static func histogramLines(
        _ group: Group, _ entry: MetricLayout.Entry, _ labels: [(String, String)]
    ) -> [String] {
        var lines: [String] = []
        var cumulative: UInt64 = 0
        for index in 0...HistogramBounds.count {
            cumulative &+= sum(group, entry.firstCell + index)
            let bound = index < HistogramBounds.count ? number(HistogramBounds.milliseconds[index]) : "+Inf"
            lines.append("\(entry.name)_bucket\(text(labels + [("le", bound)])) \(cumulative)")
        }
        let total = sum(group, entry.firstCell + HistogramBounds.count + 1)
        lines.append("\(entry.name)_sum\(text(labels)) \(number(Double(total) / 1000))")
        lines.append("\(entry.name)_count\(text(labels)) \(cumulative)")
        return lines
    }

    private static func sum(_ group: Group, _ cell: Int) -> UInt64 {
        group.shards.reduce(group.retired[cell]) { $0 &+ $1.value(at: cell) }
    }

    private static func equal(_ left: [(String, String)], _ right: [(String, String)]) -> Bool {
        left.count == right.count && zip(left, right).allSatisfy { $0 == $1 }
    }

    private static func number(_ value: Double) -> String {
        value == value.rounded() && value < 1e15 ? String(Int64(value)) : String(value)
    }

    private static func text(_ labels: [(String, String)]) -> String {
        guard !labels.isEmpty else { return "" }
        let parts = labels.map { "\($0.0)=\"\(escaped($0.1))\"" }
        return "{" + parts.joined(separator: ",") + "}"
    }

    private static func escaped(_ value: String) -> String {
        var result = ""
        for character in value {
            switch character {
            case "\\": result += "\\\\"
            case "\"": result += "\\\""
            case "\n": result += "\\n"
            default: result.append(character)
            }
        }
        return result
    }
}
