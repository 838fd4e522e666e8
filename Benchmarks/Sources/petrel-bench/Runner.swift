internal import Foundation
internal import Glibc

/// Runs cases: starts origin, proxy and load, measures, cleans up.
struct Runner {
    let machine: Machine
    let options: Options
    /// Where throw-away files go.
    let directory: String
    /// The directory of petrel-load and petrel-origin.
    let tools: String

    private struct OriginPorts: Codable {
        var port: Int
        var tlsPort: Int
    }

    /// Runs every case in interleaved order and hands each sample over.
    func run(
        _ cases: [BenchCase], report: (Sample) -> Void
    ) throws {
        try makeCertificates()
        let origin = Pipe()
        let child = try Child(
            [
                "\(tools)/petrel-origin", "--cert", "\(directory)/origin.crt",
                "--key", "\(directory)/origin.key",
            ], cpu: machine.loadCPU, output: origin)
        defer { child.stop() }
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        let ports = try decoder.decode(
            OriginPorts.self, from: origin.fileHandleForReading.availableData)
        for bench in cases {
            for round in 0..<options.rounds {
                for proxy in order(round, bench) {
                    let sample = try runOnce(
                        bench, proxy, round,
                        originPort: bench.isTLS && proxy != .direct
                            ? ports.tlsPort : ports.port)
                    report(sample)
                }
            }
        }
    }

    /// The proxies of a round: each round begins with another one, so that
    /// none always has the machine's best moment.
    private func order(_ round: Int, _ bench: BenchCase) -> [Proxy] {
        let proxies = options.proxies.filter {
            $0.reasonAgainst(bench) == nil
        }
        guard !proxies.isEmpty else { return [] }
        let first = round % proxies.count
        return Array(proxies[first...] + proxies[..<first])
    }

    private func runOnce(
        _ bench: BenchCase, _ proxy: Proxy, _ round: Int, originPort: Int
    ) throws -> Sample {
        var sample = Sample(
            bench: bench.name, proxy: proxy.rawValue, round: round,
            readySeconds: 0, readyCPUSeconds: 0, readyResidentKiB: 0)
        guard proxy != .direct else {
            sample.load = try measure(bench, port: originPort, watching: [])
            return sample
        }
        let place = "\(directory)/\(proxy.rawValue)"
        try? FileManager.default.removeItem(atPath: place)
        try FileManager.default.createDirectory(
            atPath: place, withIntermediateDirectories: true)
        let setup = Setup(
            bench: bench, port: try Machine.freePort(),
            originPort: originPort, authorityFile: "\(directory)/ca.crt",
            directory: place)
        let command = try proxy.command(setup)
        let output = try Child.file("\(place)/output")
        let clock = ContinuousClock()
        let begin = clock.now
        let child = try Child(
            command, cpu: machine.proxyCPU, output: output,
            errors: "\(place)/errors")
        defer { child.stop() }
        while !Machine.isListening(setup.port) {
            guard child.isRunning, clock.now - begin < .seconds(60) else {
                let text = try? String(
                    contentsOfFile: "\(place)/errors", encoding: .utf8)
                throw BenchError(
                    "\(proxy.rawValue) does not start for \(bench.name): "
                        + (text ?? "").suffix(2000))
            }
            usleep(1000)
        }
        sample.readySeconds = (clock.now - begin).seconds
        let watched = child.family
        (sample.readyCPUSeconds, sample.readyResidentKiB) =
            ProcessReadings.of(watched)
        if bench.idleConnections != nil {
            sample.idle = try load(
                IdleReport.self, bench, setup.port, watched)
        } else {
            sample.load = try measure(
                bench, port: setup.port, watching: watched)
        }
        return sample
    }

    private func measure(
        _ bench: BenchCase, port: Int, watching: [Int32]
    ) throws -> LoadReport {
        try load(LoadReport.self, bench, port, watching)
    }

    private func load<Report: Decodable>(
        _ type: Report.Type, _ bench: BenchCase, _ port: Int,
        _ watched: [Int32]
    ) throws -> Report {
        var command = [
            "\(tools)/petrel-load", "--port", "\(port)",
            "--path", bench.page.rawValue, "--length", "\(bench.page.length)",
            "--hosts", "\(bench.hosts)",
            "--connections", "\(bench.idleConnections ?? bench.connections)",
            "--streams", "\(bench.streams)",
            // Every host is asked once before the window opens.
            "--warmup", "\(options.warmup + Double(bench.hosts) / 5000)",
            "--duration", "\(options.seconds)",
        ]
        let mode = bench.idleConnections != nil
            ? "idle" : bench.front == .http2 ? "h2" : "h1"
        command += ["--mode", mode]
        if let rate = bench.rate { command += ["--rate", "\(rate)"] }
        if bench.isNewConnection { command += ["--new-connection", "1"] }
        if !watched.isEmpty {
            command += [
                "--watch",
                watched.map(String.init).joined(separator: ","),
            ]
        }
        let pipe = Pipe()
        let child = try Child(command, cpu: machine.loadCPU, output: pipe)
        defer { child.stop() }
        let data = pipe.fileHandleForReading.readDataToEndOfFile()
        guard child.wait() == 0 else {
            throw BenchError("petrel-load failed for \(bench.name)")
        }
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(Report.self, from: data)
    }

    /// A certificate authority and the origin's certificate, for a day.
    private func makeCertificates() throws {
        let script = """
            set -e
            cd "$0"
            openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 \
                -nodes -keyout ca.key -out ca.crt -days 1 -subj "/CN=bench CA"
            openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
                -keyout origin.key -out origin.csr -subj "/CN=$1"
            printf 'subjectAltName=DNS:%s\\n' "$1" > origin.ext
            openssl x509 -req -in origin.csr -CA ca.crt -CAkey ca.key \
                -CAcreateserial -days 1 -extfile origin.ext -out origin.crt
            """
        _ = try Child.output(
            ["sh", "-c", script, directory, Setup.originName])
    }
}

extension Duration {
    var seconds: Double {
        Double(components.seconds) + Double(components.attoseconds) / 1e18
    }
}

/// Readings of /proc about the state right after the start.
enum ProcessReadings {
    /// CPU seconds and resident KiB of some processes together.
    static func of(_ processes: [Int32]) -> (cpu: Double, resident: Int) {
        var ticks = 0
        var resident = 0
        for process in processes {
            let stat = read("/proc/\(process)/stat")
            let fields = stat.drop { $0 != ")" }.split(separator: " ")
            if fields.count > 13 {
                ticks += (Int(fields[12]) ?? 0) + (Int(fields[13]) ?? 0)
            }
            let line = read("/proc/\(process)/status").split(separator: "\n")
                .first { $0.hasPrefix("VmRSS:") }
            resident += line.flatMap { line in
                Int(line.split { !$0.isNumber }.first ?? "")
            } ?? 0
        }
        return (Double(ticks) / Double(sysconf(Int32(_SC_CLK_TCK))), resident)
    }

    private static func read(_ path: String) -> String {
        (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
    }
}
