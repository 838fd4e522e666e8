internal import CBench
internal import Foundation
internal import Glibc

/// What the benchmark runs on.
struct Machine {
    /// The CPU for the proxy; nil when there is no second one to leave to
    /// load and origin.
    let proxyCPU: Int?
    /// The CPU for load and origin.
    let loadCPU: Int?
    /// The processor's name.
    let processor: String
    /// The kernel's release.
    let kernel: String

    init() {
        let usable = Self.usableCPUs()
        let canPin = usable.count >= 2
            && FileManager.default.isExecutableFile(atPath: "/usr/bin/taskset")
        proxyCPU = canPin ? usable[0] : nil
        loadCPU = canPin ? usable[1] : nil
        let info = (try? String(
            contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
        processor = info.split(separator: "\n")
            .first { $0.hasPrefix("model name") }
            .flatMap { $0.split(separator: ":").last }
            .map { $0.trimmingCharacters(in: .whitespaces) } ?? "unknown"
        kernel = ((try? String(
            contentsOfFile: "/proc/sys/kernel/osrelease", encoding: .utf8))
            ?? "unknown").trimmingCharacters(in: .whitespacesAndNewlines)
    }

    var isPinned: Bool { proxyCPU != nil }

    /// The load average of the last minute: anything besides the benchmark
    /// shows here.
    static var loadAverage: String {
        let text = try? String(contentsOfFile: "/proc/loadavg", encoding: .utf8)
        return text?.split(separator: " ").first.map(String.init) ?? "?"
    }

    /// A port of 127.0.0.1 that was free a moment ago.
    static func freePort() throws -> Int {
        let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(socket) }
        var name = sockaddr_in()
        name.sin_family = sa_family_t(AF_INET)
        name.sin_addr.s_addr = UInt32(0x7f000001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let status = withUnsafeMutablePointer(to: &name) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { name in
                bind(socket, name, size) == 0
                    && getsockname(socket, name, &size) == 0
            }
        }
        guard status else { throw BenchError("no free port") }
        return Int(UInt16(bigEndian: name.sin_port))
    }

    /// Whether something listens on a port of 127.0.0.1.
    static func isListening(_ port: Int) -> Bool {
        let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(socket) }
        var name = sockaddr_in()
        name.sin_family = sa_family_t(AF_INET)
        name.sin_port = UInt16(port).bigEndian
        name.sin_addr.s_addr = UInt32(0x7f000001).bigEndian
        let size = socklen_t(MemoryLayout<sockaddr_in>.size)
        return withUnsafePointer(to: &name) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(socket, $0, size) == 0
            }
        }
    }

    private static func usableCPUs() -> [Int] {
        var cpus = [Int32](repeating: 0, count: Int(BENCH_CPUS))
        let count = bench_usable_cpus(&cpus, Int32(cpus.count))
        return cpus.prefix(Int(count)).map(Int.init)
    }
}
