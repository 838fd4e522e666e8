internal import DataPlane
internal import DiscoveryClient
internal import Glibc
internal import ProxyRuntime

/// The sidecar: the data plane with an Envoy bootstrap as its configuration.
@main
struct PetrelProxy {
    /// The main thread does nothing but wait for signals: every other thread is
    /// started with them blocked, so that none of them ends the process.
    static func main() {
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
        let (ends, continuation) = AsyncStream<Void>.makeStream()
        Task.detached { exit(await status(options, ends)) }
        _ = signals?.wait()
        continuation.yield()
        // Somebody who asks twice doesn't want to wait.
        _ = signals?.wait()
        exit(130)
    }

    /// Runs until `ends` says so; the exit status.
    private static func status(_ options: Options, _ ends: AsyncStream<Void>) async -> Int32 {
        do {
            try await run(options, ends)
            return 0
        } catch let failure as ProxyInstance.StartFailure {
            report("petrel-proxy: \(failure)\n")
            return failure.kind == .unavailable ? 69 : 65
        } catch {
            report("petrel-proxy: \(error)\n")
            return 65
        }
    }

    private static func run(_ options: Options, _ ends: AsyncStream<Void>) async throws {
        var bootstrap = try ProxyBootstrap(path: options.configuration)
        bootstrap.identify(node: options.serviceNode, cluster: options.serviceCluster)
        if options.validatesOnly {
            try ProxyInstance.validate(bootstrap)
            report("petrel-proxy: configuration '\(options.configuration)' OK\n")
            return
        }
        let predecessor = options.hotRestart.flatMap { HotRestart.inherit(from: $0) }
        var configuration = DataPlaneConfiguration()
        if let concurrency = options.concurrency { configuration.concurrency = concurrency }
        configuration.overrides = options.overrides
        configuration.resolvers = options.resolvers
        configuration.accessLog = options.accessLog
        configuration.inheritedSockets = predecessor?.listeners ?? []

        let (initialized, continuation) = AsyncStream<Void>.makeStream()
        let proxy = ProxyInstance(bootstrap, configuration: configuration) { event in
            tell(event)
            if case .initialized = event { continuation.yield() }
        }
        var admin: AdminServer?
        if let address = options.admin ?? bootstrap.adminAddress {
            let server = try AdminServer(address, proxy: proxy, inherited: predecessor?.admin) { kill(getpid(), SIGTERM) }
            server.start()
            admin = server
        }
        try await proxy.start()
        if proxy.discovery == nil { continuation.yield() }
        let workers = configuration.concurrency
        let served = Task { [admin] in
            for await _ in initialized {
                if let predecessor {
                    predecessor.takeOver()
                    report("petrel-proxy: took over from the process before\n")
                }
                proxy.plane.closeInherited()
                if let path = options.hotRestart {
                    do {
                        try wait(for: path, proxy, admin)
                    } catch {
                        report("petrel-proxy: no hot restart: \(error)\n")
                    }
                }
                ProxyInstance.releaseStartupMemory()
                report("petrel-proxy: ready, \(workers) workers\n")
                return
            }
        }
        for await _ in ends { break }
        served.cancel()
        admin?.stop()
        await proxy.drain(deadline: .seconds(options.drainSeconds))
    }

    /// Ends this process when a successor serves.
    private static func wait(for path: String, _ proxy: ProxyInstance, _ admin: AdminServer?) throws {
        let server = try HotRestartServer(path, proxy: proxy, admin: admin) {
            report("petrel-proxy: another process takes over\n")
            kill(getpid(), SIGTERM)
        }
        server.start()
    }

    private static func tell(_ event: DiscoveryClient.Event) {
        switch event {
        case .connected: report("petrel-proxy: connected to the control plane\n")
        case .disconnected(let reason, let wait):
            report("petrel-proxy: no control plane: \(reason); next attempt in \(wait)\n")
        case .refused(let name, let reason): report("petrel-proxy: refused \(name): \(reason)\n")
        case .initialized: report("petrel-proxy: the first configuration is complete\n")
        }
    }

    static func report(_ text: String) {
        var copy = text
        copy.withUTF8 { bytes in
            _ = write(2, bytes.baseAddress, bytes.count)
        }
    }
}
