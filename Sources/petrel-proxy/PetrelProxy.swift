internal import DataPlane
internal import DiscoveryClient
internal import Glibc
internal import ProxyRuntime

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
        let bootstrap = try ProxyBootstrap(path: options.configuration)
        var configuration = DataPlaneConfiguration()
        if let concurrency = options.concurrency { configuration.concurrency = concurrency }
        configuration.overrides = options.overrides
        configuration.resolvers = options.resolvers
        configuration.accessLog = options.accessLog
        let workers = configuration.concurrency
        let proxy = ProxyInstance(bootstrap, configuration: configuration) { event in
            switch event {
            case .connected: report("petrel-proxy: connected to the control plane\n")
            case .disconnected(let reason, let wait): report("petrel-proxy: no control plane: \(reason); next attempt in \(wait)\n")
            case .refused(let name, let reason): report("petrel-proxy: refused \(name): \(reason)\n")
            case .initialized: report("petrel-proxy: ready, \(workers) workers\n")
            }
        }
        if let admin = options.admin ?? bootstrap.adminAddress {
            let server = try AdminServer(admin, plane: proxy.plane, isReady: { proxy.isReady }) { _ in kill(getpid(), SIGTERM) }
            server.start()
        }
        do {
            try await proxy.start()
        } catch {
            report("petrel-proxy: \(error)\n")
            exit(error.kind == .unavailable ? 69 : 65)
        }
        if proxy.discovery == nil { report("petrel-proxy: ready, \(workers) workers\n") }
        _ = signals?.wait()
        await proxy.drain(deadline: .seconds(options.drainSeconds))
    }

    static func report(_ text: String) {
        var copy = text
        copy.withUTF8 { bytes in
            _ = write(2, bytes.baseAddress, bytes.count)
        }
    }
}
