internal import CPetrelSystem
internal import DataPlane
internal import DiscoveryClient
internal import EnvoyAPI
internal import Glibc
internal import Synchronization
internal import SwiftProtobuf

/// The admin endpoint's pages, with the paths and formats of Envoy's.
final class ProxyAdmin: Sendable {
    let proxy: ProxyInstance
    let started: UInt64
    /// Asks the process to end.
    private let quit: @Sendable () -> Void
    private let failing = Mutex(false)

    init(_ proxy: ProxyInstance, quit: @escaping @Sendable () -> Void) {
        self.proxy = proxy
        self.quit = quit
        started = petrel_realtime_nanoseconds()
    }

    private static let pages: [(path: String, method: String, text: String)] = [
        ("/certs", "GET", "certificates of clusters and secrets"),
        ("/clusters", "GET", "clusters with their endpoints (format=json)"),
        ("/config_dump", "GET", "the configuration in force (include_eds, resource=, name_regex=)"),
        ("/drain_listeners", "POST", "take no more connections"),
        ("/healthcheck/fail", "POST", "/ready fails from now on"),
        ("/healthcheck/ok", "POST", "/ready tells the truth again"),
        ("/help", "GET", "this page"),
        ("/listeners", "GET", "listeners with their addresses (format=json)"),
        ("/logging", "POST", "log levels"),
        ("/memory", "GET", "memory in use"),
        ("/quitquitquit", "POST", "end the proxy"),
        ("/ready", "GET", "200 when the proxy serves its configuration"),
        ("/server_info", "GET", "version, state, uptime"),
        ("/stats", "GET", "statistics (format=json|prometheus, filter=, usedonly)"),
        ("/stats/prometheus", "GET", "statistics for Prometheus (filter=, usedonly)"),
    ]

    func answer(_ request: AdminRequest) -> AdminReply {
        guard let page = Self.pages.first(where: { $0.path == request.path || request.path == "/" }) else {
            return .text("invalid path. \(help)", status: 404)
        }
        if page.method == "POST", request.path != "/", request.method != "POST" {
            return .text("Method \(request.method) not allowed, POST required.", status: 405)
        }
        switch request.path {
        case "/certs": return certificates()
        case "/clusters": return request.query["format"] == "json" ? .json(clustersJSON()) : .text(clustersText())
        case "/config_dump": return configDump(request)
        case "/drain_listeners":
            proxy.plane.beginDraining()
            return .text("OK\n")
        case "/healthcheck/fail":
            failing.withLock { $0 = true }
            return .text("OK\n")
        case "/healthcheck/ok":
            failing.withLock { $0 = false }
            return .text("OK\n")
        case "/listeners": return request.query["format"] == "json" ? .json(listenersJSON()) : .text(listenersText())
        case "/logging": return .text("active loggers:\n  petrel: info\n")
        case "/memory": return .json(memory())
        case "/quitquitquit": return AdminReply(body: "OK\n", afterwards: quit)
        case "/ready": return state == .live ? .text("LIVE\n") : .text("\(Self.name(state))\n", status: 503)
        case "/server_info": return serverInfo()
        case "/stats": return statistics(request, format: request.query["format"] ?? "text")
        case "/stats/prometheus": return statistics(request, format: "prometheus")
        default: return .text(help)
        }
    }

    private var help: String {
        "admin commands are:\n" + Self.pages.map { "  \($0.path) (\($0.method)): \($0.text)\n" }.joined()
    }

    // MARK: - State

    var state: Envoy_Admin_V3_ServerInfo.State {
        if failing.withLock({ $0 }) || proxy.plane.isDraining { return .draining }
        return proxy.isReady ? .live : .initializing
    }

    static func name(_ state: Envoy_Admin_V3_ServerInfo.State) -> String {
        switch state {
        case .live: "LIVE"
        case .draining: "DRAINING"
        case .preInitializing: "PRE_INITIALIZING"
        case .initializing, .UNRECOGNIZED: "INITIALIZING"
        }
    }

    var uptimeSeconds: Int64 { Int64((petrel_realtime_nanoseconds() &- started) / 1_000_000_000) }

    private func serverInfo() -> AdminReply {
        var info = Envoy_Admin_V3_ServerInfo()
        info.version = "petrel-proxy/\(ProxyInstance.version)"
        info.state = state
        info.uptimeCurrentEpoch.seconds = uptimeSeconds
        info.uptimeAllEpochs.seconds = uptimeSeconds
        info.node = proxy.bootstrap.message.node
        return json(info)
    }

    /// A message as Envoy prints it.
    func json(_ message: some Message) -> AdminReply {
        do {
            return .json(try EnvoyJSON.encode(message, fieldNames: .original, pretty: true))
        } catch {
            return .text("can't be shown as JSON: \(error)\n", status: 500)
        }
    }

    private func memory() -> String {
        """
        {
         "physical_memory": "\(Self.residentBytes())"
        }
        """
    }

    /// Bytes of physical memory, from `/proc/self/statm`.
    static func residentBytes() -> Int {
        guard let file = fopen("/proc/self/statm", "r") else { return 0 }
        defer { fclose(file) }
        var buffer = [UInt8](repeating: 0, count: 256)
        let count = fread(&buffer, 1, buffer.count, file)
        let fields = String(decoding: buffer[0..<count], as: UTF8.self).split(separator: " ")
        return fields.count > 1 ? (Int(fields[1]) ?? 0) * Int(getpagesize()) : 0
    }
}
