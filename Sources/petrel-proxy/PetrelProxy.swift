internal import DataPlane
internal import EnvoyAPI
internal import Glibc
internal import TrafficModel

/// The sidecar: the data plane with an Envoy bootstrap as its configuration.
@main
struct PetrelProxy {
    static func main() async {
        // Before any thread starts, so that all of them leave the signals alone.
        let signals = TerminationSignals()
        let options: Options
        do {
            options = try Options(Array(CommandLine.arguments.dropFirst()))
        } catch {
            report("petrel-proxy: \(error.message)\n\(Options.usage)")
            exit(64)
        }
        if options.wantsHelp {
            report(Options.usage)
            return
        }
        do {
            try await run(options, signals)
        } catch {
            report("petrel-proxy: \(error)\n")
            exit(65)
        }
    }

    private static func run(_ options: Options, _ signals: TerminationSignals?) async throws {
        let resources = try Bootstrap.resources(path: options.configuration)
        let (tables, rejections) = TrafficTables.compile(resources.set)
        for rejection in rejections { report("petrel-proxy: \(rejection)\n") }
        guard rejections.isEmpty else { exit(65) }

        var configuration = DataPlaneConfiguration()
        if let concurrency = options.concurrency { configuration.concurrency = concurrency }
        configuration.overrides = options.overrides
        configuration.resolvers = options.resolvers
        configuration.accessLog = options.accessLog
        let plane = DataPlane(configuration)
        let admin = options.admin ?? resources.admin
        if let admin {
            let server = try AdminServer(admin, plane: plane) { _ in kill(getpid(), SIGTERM) }
            server.start()
        }
        plane.start()
        let workload = plane.makeWorkload("bootstrap")
        let failures = workload.publish(tables)
        for failure in failures { report("petrel-proxy: \(failure)\n") }
        if !failures.isEmpty { exit(69) }
        report("petrel-proxy: ready, \(configuration.concurrency) workers\n")
        _ = signals?.wait()
        await plane.drain(deadline: .seconds(options.drainSeconds))
    }

    static func report(_ text: String) {
        var copy = text
        copy.withUTF8 { bytes in
            _ = write(2, bytes.baseAddress, bytes.count)
        }
    }
}
