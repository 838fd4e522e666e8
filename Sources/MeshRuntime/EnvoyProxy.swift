internal import Foundation
internal import MeshCompilation
internal import ServiceRegistry
internal import Synchronization

/// One Envoy as a child process: the sidecar of one identity, or a gateway.
final class EnvoyProxy: Sendable {
    /// Its admin endpoint.
    let admin: AdminClient
    /// Loopback port of its `virtualOutbound`, which takes PROXY protocol; 0 for a
    /// gateway, which has none.
    let capturePort: UInt16
    private let process: ChildProcess
    private let directory: String

    /// Starts Envoy and waits until it is live and its capture listener is bound.
    ///
    /// - Throws: ``MeshStartError/unavailable(_:)`` with Envoy's own words when it
    ///   does not come up in time.
    static func start(
        proxy: ProxyIdentity, xdsPort: UInt16, options: MeshOptions, said: @escaping @Sendable (String) -> Void
    ) async throws -> EnvoyProxy {
        let binary = try EnvoyBinary.locate(options.envoyPath)
        let directory = NSTemporaryDirectory() + "petrel-envoy-\(UUID().uuidString)"
        try FileManager.default.createDirectory(
            atPath: directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        let bootstrap = directory + "/bootstrap.json", adminFile = directory + "/admin"
        try EnvoyBootstrap(proxy: proxy, xdsPort: xdsPort, dnsServers: options.dnsServers).json().write(toFile: bootstrap, atomically: true, encoding: .utf8)
        let log = EnvoyLog(said)
        let process = try ChildProcess(
            path: binary,
            arguments: [
                "-c", bootstrap, "--admin-address-path", adminFile, "--log-level", "warning",
                "--concurrency", "\(options.concurrency ?? 2)", "--disable-hot-restart",
            ]
        ) { log.take($0) }
        do {
            let ports = try await ready(process, adminFile: adminFile, isCapturing: proxy.type == .sidecar)
            log.isStarting = false
            return EnvoyProxy(
                admin: AdminClient(port: ports.admin), capturePort: ports.capture, process: process, directory: directory)
        } catch {
            await process.stop()
            try? FileManager.default.removeItem(atPath: directory)
            throw MeshStartError.unavailable("Envoy did not come up: \(error)\n\(log.text)")
        }
    }

    private init(admin: AdminClient, capturePort: UInt16, process: ChildProcess, directory: String) {
        self.admin = admin
        self.capturePort = capturePort
        self.process = process
        self.directory = directory
    }

    /// Stops Envoy and waits for its end.
    func stop() async {
        await process.stop()
        try? FileManager.default.removeItem(atPath: directory)
    }

    /// Counters whose names contain a text, and their values.
    func statistics(matching filter: String) -> [(name: String, value: UInt64)] {
        (admin.get("/stats?filter=\(filter)") ?? "").split(separator: "\n").compactMap { line in
            let parts = line.split(separator: ":", maxSplits: 1)
            guard parts.count == 2, let value = UInt64(parts[1].trimmingCharacters(in: .whitespaces)) else { return nil }
            return (String(parts[0]), value)
        }
    }

    private static func ready(
        _ process: ChildProcess, adminFile: String, isCapturing: Bool
    ) async throws -> (admin: UInt16, capture: UInt16) {
        // Envoy tells nobody when it is ready; asking its admin is its documented way.
        for _ in 0..<600 {
            if let status = process.exitStatus { throw MeshSourceError("it exited with status \(status).") }
            if let address = try? String(contentsOfFile: adminFile, encoding: .utf8),
                let port = address.split(separator: ":").last.flatMap({ UInt16($0) })
            {
                let admin = AdminClient(port: port)
                if admin.get("/ready")?.hasPrefix("LIVE") == true, let capture = isCapturing ? capturePort(admin) : 0 {
                    return (port, capture)
                }
            }
            try await Task.sleep(for: .milliseconds(50))
        }
        throw MeshSourceError("it was not ready within 30 seconds.")
    }

    /// `virtualOutbound::127.0.0.1:34567` in the text form of `/listeners`.
    private static func capturePort(_ admin: AdminClient) -> UInt16? {
        for line in (admin.get("/listeners") ?? "").split(separator: "\n") where line.hasPrefix("virtualOutbound::") {
            if let port = line.split(separator: ":").last.flatMap({ UInt16($0) }), port != 0 { return port }
        }
        return nil
    }
}

/// What an Envoy says: kept while it starts, passed on afterwards.
private final class EnvoyLog: Sendable {
    private let state = Mutex((starting: true, text: ""))
    private let said: @Sendable (String) -> Void

    init(_ said: @escaping @Sendable (String) -> Void) {
        self.said = said
    }

    var isStarting: Bool {
        get { state.withLock { $0.starting } }
        set { state.withLock { $0.starting = newValue } }
    }

    var text: String { state.withLock { $0.text } }

    func take(_ text: String) {
        let live = state.withLock { state in
            if state.starting { state.text += text }
            return !state.starting
        }
        guard live else { return }
        for line in text.split(separator: "\n") { said("envoy: \(line)") }
    }
}
