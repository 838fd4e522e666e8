/// One metric with its labels, added up over all threads.
public struct MetricSample: Sendable {
    /// What it holds.
    public enum Value: Sendable, Equatable {
        /// Counts up only.
        case counter(UInt64)
        /// Goes up and down.
        case gauge(Int64)
        /// How many values fell into each bucket, the one without bound last,
        /// and their sum in microseconds.
        case histogram(buckets: [UInt64], sum: UInt64)
    }

    /// Its name.
    public var name: String
    /// What it means.
    public var help: String
    /// Its labels, in the order in which they are shown.
    public var labels: [(name: String, value: String)]
    /// What it holds.
    public var value: Value

    /// A sample.
    public init(name: String, help: String, labels: [(name: String, value: String)] = [], value: Value) {
        self.name = name
        self.help = help
        self.labels = labels
        self.value = value
    }

    /// Whether anything was ever counted.
    public var isUsed: Bool {
        switch value {
        case .counter(let count): count != 0
        case .gauge(let amount): amount != 0
        case .histogram(let buckets, _): buckets.contains { $0 != 0 }
        }
    }
}

/// Prometheus' text format.
public enum PrometheusText {
    /// Writes samples, families in name order.
    public static func text(of samples: [MetricSample]) -> String {
        var families: [String: [MetricSample]] = [:]
        for sample in samples { families[sample.name, default: []].append(sample) }
        var result = ""
        for name in families.keys.sorted() {
            guard let family = families[name], let first = family.first else { continue }
            let type =
                switch first.value {
                case .counter: "counter"
                case .gauge: "gauge"
                case .histogram: "histogram"
                }
            result += "# HELP \(name) \(first.help)\n# TYPE \(name) \(type)\n"
            for sample in family { write(sample, to: &result) }
        }
        return result
    }

    private static func write(_ sample: MetricSample, to result: inout String) {
        switch sample.value {
        case .counter(let count): result += "\(sample.name)\(text(sample.labels)) \(count)\n"
        case .gauge(let amount): result += "\(sample.name)\(text(sample.labels)) \(amount)\n"
        case .histogram(let buckets, let sum):
            var cumulative: UInt64 = 0
            for (index, count) in buckets.enumerated() {
                cumulative &+= count
                let bound = index < HistogramBounds.count ? number(HistogramBounds.milliseconds[index]) : "+Inf"
                result += "\(sample.name)_bucket\(text(sample.labels + [("le", bound)])) \(cumulative)\n"
            }
            result += "\(sample.name)_sum\(text(sample.labels)) \(number(Double(sum) / 1000))\n"
            result += "\(sample.name)_count\(text(sample.labels)) \(cumulative)\n"
        }
    }

    private static func number(_ value: Double) -> String {
        value == value.rounded() && value < 1e15 ? String(Int64(value)) : String(value)
    }

    private static func text(_ labels: [(name: String, value: String)]) -> String {
        guard !labels.isEmpty else { return "" }
        return "{" + labels.map { "\($0.name)=\"\(escaped($0.value))\"" }.joined(separator: ",") + "}"
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
