internal import Foundation

/// The benchmark of the control plane: `scripts/bench control`.
@main
struct ControlBench {
    static func main() async throws {
        let arguments = Array(CommandLine.arguments.dropFirst())
        if arguments.first == "serve" { return try await BenchServer.run(Array(arguments.dropFirst())) }
        if arguments.first == "--list" {
            for bench in ControlCase.all { Report.say("\(bench.name): \(bench.summary)") }
            return
        }
        var report = Report()
        for bench in try ControlCase.selected(arguments) {
            report.begin(bench)
            try await bench.run(&report)
        }
        if report.close() > 0 { exit(1) }
    }
}
