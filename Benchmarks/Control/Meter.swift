internal import Foundation

/// CPU time and memory of this process, as the kernel counts them.
enum Meter {
    /// User and system time of all threads, in milliseconds.
    static var cpu: Double {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Double(time.tv_sec) * 1e3 + Double(time.tv_nsec) / 1e6
    }

    /// What every process of the machine agrees on, in milliseconds.
    static var now: Double {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) * 1e3 + Double(time.tv_nsec) / 1e6
    }

    /// CPU milliseconds of a piece of work.
    static func cpu<Result>(_ work: () throws -> Result) rethrows -> (result: Result, cost: Double) {
        let before = cpu
        let result = try work()
        return (result, cpu - before)
    }

    /// The smallest of several measurements: the one that others disturbed least.
    static func least(of count: Int, _ work: () throws -> Double) rethrows -> Double {
        var best = Double.infinity
        for _ in 0..<count { best = min(best, try work()) }
        return best
    }

    /// Resident memory in MB, now and at its greatest.
    static var memory: (now: Double, peak: Double) {
        let text = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
        func value(_ name: String) -> Double {
            for line in text.split(separator: "\n") where line.hasPrefix(name) {
                return (Double(line.filter(\.isNumber)) ?? 0) / 1024
            }
            return 0
        }
        return (value("VmRSS:"), value("VmHWM:"))
    }

    static func percentile(_ values: [Double], _ part: Double) -> Double {
        let sorted = values.sorted()
        guard !sorted.isEmpty else { return .nan }
        return sorted[min(sorted.count - 1, Int((Double(sorted.count) * part).rounded(.up)) - 1)]
    }
}
