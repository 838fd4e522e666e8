import CBench
import Testing

@Suite("Histogram")
struct HistogramTests {
    @Test(
        "a value read back is its own or at most 3.2 % above it",
        arguments: [0, 1, 31, 63, 64, 65, 1000, 123_456, 7_000_000_000] as [UInt64])
    func precision(value: UInt64) {
        let histogram = UnsafeMutablePointer<bench_histogram>.allocate(
            capacity: 1)
        histogram.initialize(to: bench_histogram())
        defer { histogram.deallocate() }
        bench_histogram_record(histogram, value)
        bench_histogram_record(histogram, value * 1000)
        let back = bench_histogram_quantile(histogram, 0.4)
        #expect(back >= value)
        #expect(Double(back) <= Double(value) * 1.032 + 1)
        #expect(bench_histogram_quantile(histogram, 1) == value * 1000)
    }

    @Test("quantiles of a ramp lie where they should")
    func ramp() {
        let histogram = UnsafeMutablePointer<bench_histogram>.allocate(
            capacity: 1)
        histogram.initialize(to: bench_histogram())
        defer { histogram.deallocate() }
        for value in 1...10_000 {
            bench_histogram_record(histogram, UInt64(value) * 1000)
        }
        for share in [0.5, 0.9, 0.99] {
            let exact = share * 10_000_000
            let read = Double(bench_histogram_quantile(histogram, share))
            #expect(abs(read - exact) <= exact * 0.032 + 1000)
        }
    }
}
