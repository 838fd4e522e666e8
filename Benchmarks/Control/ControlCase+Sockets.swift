internal import Foundation

extension ControlCase {
    /// What the initial state of a proxy consists of: clusters, listeners, routes.
    private static let initialResponses = 3

    static func changes(_ report: inout Report) async throws {
        let server = try ServerProcess("10000", "rules")
        defer { server.stop() }
        report.figure("memory before anyone connects", try server.ask("memory"), "MB", bar: 300)
        let first = try server.ask("cpu")
        let one = try Subscribers(1, port: server.port)
        try one.wait(untilEachHas: initialResponses)
        let second = try server.ask("cpu")
        report.figure("first proxy, whole state on the wire", second - first, "ms CPU")
        report.figure("  bytes", Double(one.bytesReceived) / 1e6, "MB")
        let others = try Subscribers(99, port: server.port)
        try others.wait(untilEachHas: initialResponses)
        report.figure("each further proxy, whole state on the wire", (try server.ask("cpu") - second) / 99, "ms CPU")
        report.figure("memory with 100 connected", try server.ask("memory"), "MB", bar: 300)
        for (kind, title) in [
            ("policy", "a DestinationRule"), ("entry", "a ServiceEntry's endpoint"), ("rule", "a VirtualService (whole RDS)"),
        ] {
            var costs: [Double] = []
            var bytes = 0
            for _ in 0..<5 {
                let seen = others.clients[0].responses
                let alone = one.clients[0].responses
                let before = (try server.ask("cpu"), others.bytesReceived + one.bytesReceived)
                _ = try server.ask(kind)
                try others.wait(untilEachHas: seen + 1)
                try one.wait(untilEachHas: alone + 1)
                // The acknowledgements are work, too.
                try await Task.sleep(for: .milliseconds(100))
                costs.append(try server.ask("cpu") - before.0)
                bytes = others.bytesReceived + one.bytesReceived - before.1
            }
            report.figure("\(title) changes: generated, encoded, sent to 100", costs.min() ?? .nan, "ms CPU", bar: 20)
            report.figure("  bytes for each proxy", Double(bytes) / 100, "B")
        }
    }

    static func subscribers(_ report: inout Report) async throws {
        let server = try ServerProcess("1000", "rules")
        defer { server.stop() }
        let before = try server.ask("cpu")
        let clients = try Subscribers(1000, port: server.port)
        try clients.wait(untilEachHas: initialResponses, patience: 120)
        report.figure("each proxy, whole state of 1,000 entries", (try server.ask("cpu") - before) / 1000, "ms CPU")
        report.figure("memory with 1,000 connected", try server.ask("memory"), "MB")
        var latencies: [Double] = []
        let started = try server.ask("cpu")
        for _ in 0..<10 {
            let seen = clients.clients.map(\.responses)
            let changed = try server.ask("policy")
            try clients.wait(30) { $0.responses > seen[0] }
            latencies += clients.clients.map { $0.lastResponse - changed }
            try await Task.sleep(for: .milliseconds(max(0, Int(1000 - (Meter.now - changed)))))
        }
        report.figure("store write to bytes received, p50", Meter.percentile(latencies, 0.5), "ms")
        report.figure("store write to bytes received, p99", Meter.percentile(latencies, 0.99), "ms", bar: 500)
        report.figure("each change", (try server.ask("cpu") - started) / 10, "ms CPU")
    }
}
