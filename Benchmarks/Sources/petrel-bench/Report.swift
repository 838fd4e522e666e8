internal import Foundation

/// Turns samples into the tables of the report.
struct Report {
    let samples: [Sample]
    let proxies: [Proxy]
    let machine: Machine

    /// The table of one case, in Markdown.
    func table(_ bench: BenchCase) -> String {
        var text = "### \(bench.name)\n\n\(bench.summary).\n\n"
        text += bench.idleConnections == nil ? speed(bench) : memory(bench)
        for proxy in proxies {
            if let reason = proxy.reasonAgainst(bench) {
                text += "\n\(proxy.rawValue): left out, \(reason).\n"
            }
        }
        return text
    }

    private func rows(_ bench: BenchCase) -> [(Proxy, [Sample])] {
        proxies.compactMap { proxy in
            let found = samples.filter {
                $0.bench == bench.name && $0.proxy == proxy.rawValue
            }
            return found.isEmpty ? nil : (proxy, found)
        }
    }

    private func speed(_ bench: BenchCase) -> String {
        let rows = rows(bench)
        func efficiency(_ proxy: Proxy) -> Double? {
            rows.first { $0.0 == proxy }.flatMap { row in
                median(row.1.compactMap(\.requestsPerCPUSecond))
            }
        }
        let envoy = efficiency(.envoy)
        let haproxy = efficiency(.haproxy)
        var text = """
            | proxy | n | requests/s | requests per CPU-second [min-max] \
            | x Envoy | x HAProxy | CPU us: user + system | p50 us | p99 us \
            | RSS ready/peak MiB | ready s | busy proxy/load CPU | foreign \
            | errors |
            |---|---|---|---|---|---|---|---|---|---|---|---|---|---|

            """
        for (proxy, samples) in rows {
            let loads = samples.compactMap(\.load)
            let own = samples.compactMap(\.requestsPerCPUSecond)
            let value = median(own)
            func over(_ other: Double?) -> String {
                guard let value, let other, other > 0 else { return "-" }
                return String(format: "%.2f", value / other)
            }
            func mean(_ part: (LoadReport) -> Double) -> String {
                number(median(loads.map { part($0) / Double($0.requests) * 1e6 }), 1)
            }
            let efficiency = value.map {
                "\(number($0)) [\(number(own.min()))-\(number(own.max()))]"
            } ?? "-"
            let cells = [
                proxy.rawValue, "\(samples.count)",
                number(median(loads.map(\.requestsPerSecond))), efficiency,
                over(envoy), over(haproxy),
                value == nil ? "-"
                    : mean(\.proxy.userSeconds) + " + "
                        + mean(\.proxy.systemSeconds),
                number(median(loads.map(\.latencyUs.p50))),
                number(median(loads.map(\.latencyUs.p99))),
                value == nil ? "-"
                    : mebibytes(samples.map(\.readyResidentKiB)) + "/"
                        + mebibytes(loads.map(\.proxy.residentKibPeak)),
                proxy == .direct ? "-"
                    : number(median(samples.map(\.readySeconds)), 3),
                busy(loads, machine.proxyCPU ?? 0) + "/"
                    + busy(loads, machine.loadCPU ?? 1),
                value == nil ? "-" : foreign(loads),
                "\(loads.map(\.errors.total).reduce(0, +))",
            ]
            text += "| " + cells.joined(separator: " | ") + " |\n"
        }
        return text
    }

    private func memory(_ bench: BenchCase) -> String {
        var text = """
            | proxy | n | RSS ready MiB | RSS with \
            \(bench.idleConnections ?? 0) connections MiB \
            | KiB per connection [min-max] | ready s |
            |---|---|---|---|---|---|

            """
        for (proxy, samples) in rows(bench) {
            let idle = samples.compactMap(\.idle)
            let each = idle.map(\.kibPerConnection)
            let cells = [
                proxy.rawValue, "\(samples.count)",
                mebibytes(samples.map(\.readyResidentKiB)),
                mebibytes(idle.map(\.residentKibAfter)),
                "\(number(median(each), 2)) "
                    + "[\(number(each.min(), 2))-\(number(each.max(), 2))]",
                number(median(samples.map(\.readySeconds)), 3),
            ]
            text += "| " + cells.joined(separator: " | ") + " |\n"
        }
        return text
    }

    private func busy(_ loads: [LoadReport], _ cpu: Int) -> String {
        number(median(loads.compactMap { load in
            load.cpuBusy.indices.contains(cpu) ? load.cpuBusy[cpu] : nil
        }), 2)
    }

    /// The share of the proxy's CPU that something else than the proxy used:
    /// above a few hundredths the run was disturbed.
    private func foreign(_ loads: [LoadReport]) -> String {
        guard let cpu = machine.proxyCPU else { return "-" }
        return number(median(loads.compactMap { load in
            guard load.cpuBusy.indices.contains(cpu) else { return nil }
            let own = load.proxy.userSeconds + load.proxy.systemSeconds
            return max(0, load.cpuBusy[cpu] - own / load.seconds)
        }), 2)
    }

    private func mebibytes(_ values: [Int]) -> String {
        number(median(values.map { Double($0) / 1024 }))
    }

    private func median(_ values: [Double]) -> Double? {
        guard !values.isEmpty else { return nil }
        let sorted = values.sorted()
        let middle = sorted.count / 2
        return sorted.count % 2 == 1
            ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
    }

    private func number(_ value: Double?, _ digits: Int = 0) -> String {
        value.map { String(format: "%.\(digits)f", $0) } ?? "-"
    }
}
