import Glibc
import Testing

@testable import Telemetry

@Suite struct MetricTests {
    @Test func mergesShardsWhenRead() {
        var layout = MetricLayout()
        let requests = layout.counter("requests_total", "Requests.", labels: [("class", "2xx")])
        let active = layout.gauge("active", "Active.")
        let registry = MetricRegistry()
        let first = registry.shard(of: layout)
        let second = registry.shard(of: layout)
        first.add(requests, 3)
        second.add(requests)
        first.add(active, 5)
        second.add(active, -2)
        #expect(registry.total("requests_total") == 4)
        let text = registry.prometheusText()
        #expect(text.contains("# TYPE requests_total counter\nrequests_total{class=\"2xx\"} 4\n"))
        #expect(text.contains("active 3\n"))
    }

    @Test func keepsWhatRetiredShardsCounted() {
        var layout = MetricLayout()
        let requests = layout.counter("requests_total", "Requests.")
        let active = layout.gauge("active", "Active.")
        let registry = MetricRegistry()
        let shard = registry.shard(of: layout, labels: [("cluster", "a")])
        shard.add(requests, 7)
        shard.add(active, 1)
        registry.retire(shard)
        #expect(registry.total("requests_total", labels: [("cluster", "a")]) == 7)
        #expect(registry.prometheusText().contains("active{cluster=\"a\"} 0\n"))
    }

    @Test(arguments: [
        (0, "0.5"), (500, "0.5"), (501, "1"), (5000, "5"), (5001, "10"), (99_000, "100"), (250_000, "250"),
        (250_001, "500"), (3_600_000_000, "3600000"), (UInt64(3_600_000_001), "+Inf"),
    ] as [(UInt64, String)])
    func putsDurationsIntoBuckets(_ microseconds: UInt64, _ bound: String) {
        var layout = MetricLayout()
        let histogram = layout.histogram("took", "Time.")
        let registry = MetricRegistry()
        registry.shard(of: layout).record(histogram, microseconds: microseconds)
        let lines = registry.prometheusText().split(separator: "\n")
        let first = lines.first { $0.hasPrefix("took_bucket") && $0.hasSuffix(" 1") }
        #expect(first == "took_bucket{le=\"\(bound)\"} 1")
        #expect(lines.contains("took_count 1"))
    }

    @Test func escapesLabels() {
        var layout = MetricLayout()
        _ = layout.counter("c_total", "C.")
        let registry = MetricRegistry()
        _ = registry.shard(of: layout, labels: [("cluster", "a\"b\\c\nd")])
        #expect(registry.prometheusText().contains("c_total{cluster=\"a\\\"b\\\\c\\nd\"} 0\n"))
    }

    @Test func writesLinesTogether() {
        var ends: [Int32] = [0, 0]
        #expect(pipe(&ends) == 0)
        defer {
            close(ends[0])
            close(ends[1])
        }
        var log = LogBuffer(descriptor: ends[1])
        for line in ["one\n", "two\n"] {
            log.append { room in
                room.copyBytes(from: line.utf8)
                return line.utf8.count
            }
        }
        let waits = !log.isEmpty
        #expect(waits)
        log.flush()
        let isEmpty = log.isEmpty
        #expect(isEmpty)
        var buffer = [UInt8](repeating: 0, count: 64)
        let count = read(ends[0], &buffer, 64)
        #expect(String(decoding: buffer[0..<max(0, count)], as: UTF8.self) == "one\ntwo\n")
    }
}
