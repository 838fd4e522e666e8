internal import Foundation

/// The benchmark: `scripts/bench` builds it and passes its arguments on.
@main
struct Bench {
    static func main() {
        do {
            try run()
        } catch {
            FileHandle.standardError.write(Data("bench: \(error)\n".utf8))
            exit(70)
        }
    }

    private static func run() throws {
        let options = try Options(Array(CommandLine.arguments.dropFirst()))
        if options.isList {
            for bench in BenchCase.all {
                say("\(bench.name): \(bench.summary)")
            }
            return
        }
        let cases = try options.selected()
        let machine = Machine()
        let directory = FileManager.default.temporaryDirectory
            .appendingPathComponent("petrel-bench-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(
            atPath: directory, withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700])
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let tools = URL(fileURLWithPath: CommandLine.arguments[0])
            .deletingLastPathComponent().path
        let runner = Runner(
            machine: machine, options: options, directory: directory,
            tools: tools)

        var samples: [Sample] = []
        let header = describe(machine, options)
        say(header)
        var text = header + "\n"
        for bench in cases {
            try runner.run([bench]) { sample in
                samples.append(sample)
                progress(sample)
            }
            let table = Report(
                samples: samples, proxies: options.proxies, machine: machine
            ).table(bench)
            say("\n" + table)
            text += "\n" + table
        }
        if let path = options.markdown {
            try text.write(toFile: path, atomically: true, encoding: .utf8)
        }
        if let path = options.json {
            try writeJSON(samples, machine, options, to: path)
        }
        let failed = samples.filter { sample in
            guard let load = sample.load else { return false }
            return load.requests == 0
                || load.errors.total * 1000 > load.requests
        }
        for sample in failed {
            say("NOT VALID: \(sample.proxy) in \(sample.bench), round "
                + "\(sample.round + 1): \(sample.load?.errors.total ?? 0) "
                + "errors, \(sample.load?.requests ?? 0) good answers")
        }
        if !failed.isEmpty { exit(1) }
    }

    private static func describe(
        _ machine: Machine, _ options: Options
    ) -> String {
        var text = "\(machine.processor), Linux \(machine.kernel), "
            + "load average \(Machine.loadAverage)\n"
        text += machine.isPinned
            ? "Proxy alone on CPU \(machine.proxyCPU ?? 0), load and origin "
                + "on CPU \(machine.loadCPU ?? 1)"
            : "NOT PINNED: this needs taskset and two CPUs; figures of "
                + "proxies are not comparable"
        text += "; \(options.rounds) rounds of \(options.seconds) s after "
            + "\(options.warmup) s.\n"
        for proxy in options.proxies where proxy != .direct {
            text += "- \(proxy.rawValue): "
                + (proxy.executable == nil ? "not installed" : proxy.version)
                + "\n"
        }
        return text
    }

    private static func progress(_ sample: Sample) {
        let figure = sample.requestsPerCPUSecond.map {
            String(format: "%.0f requests per CPU-second", $0)
        } ?? sample.idle.map {
            String(format: "%.2f KiB per connection", $0.kibPerConnection)
        } ?? sample.load.map {
            String(format: "%.0f requests/s", $0.requestsPerSecond)
        } ?? ""
        let line = "\(sample.bench) round \(sample.round + 1) "
            + "\(sample.proxy): \(figure)\n"
        FileHandle.standardError.write(Data(line.utf8))
    }

    private static func writeJSON(
        _ samples: [Sample], _ machine: Machine, _ options: Options,
        to path: String
    ) throws {
        struct Document: Encodable {
            var processor: String
            var kernel: String
            var isPinned: Bool
            var versions: [String: String]
            var samples: [Sample]
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        var versions: [String: String] = [:]
        for proxy in options.proxies where proxy.executable != nil {
            versions[proxy.rawValue] = proxy.version
        }
        try encoder.encode(
            Document(
                processor: machine.processor, kernel: machine.kernel,
                isPinned: machine.isPinned, versions: versions,
                samples: samples)
        ).write(to: URL(fileURLWithPath: path))
    }

    private static func say(_ text: String) {
        FileHandle.standardOutput.write(Data((text + "\n").utf8))
    }
}
