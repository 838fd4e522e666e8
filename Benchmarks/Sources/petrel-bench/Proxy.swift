internal import Foundation

/// What stands between the load and the origin.
enum Proxy: String, CaseIterable, Sendable {
    /// Nothing: shows what load and origin can do by themselves.
    case direct
    case petrel
    case envoy
    case haproxy
    case nginx

    static let standard: [Proxy] = [.petrel, .envoy, .haproxy, .nginx]

    /// The environment variable that names its binary.
    private var variable: String {
        "PETREL_" + (self == .petrel ? "PROXY" : rawValue.uppercased())
    }

    /// The path of its binary; nil when it is not installed.
    var executable: String? {
        let environment = ProcessInfo.processInfo.environment
        if let path = environment[variable], !path.isEmpty {
            return FileManager.default.isExecutableFile(atPath: path)
                ? path : nil
        }
        guard self != .petrel else { return nil }
        let path = (environment["PATH"] ?? "") + ":/usr/sbin:/usr/local/sbin"
        return path.split(separator: ":").map { "\($0)/\(rawValue)" }
            .first { FileManager.default.isExecutableFile(atPath: $0) }
    }

    /// Why it is left out of a case, or nil.
    func reasonAgainst(_ bench: BenchCase) -> String? {
        if self == .direct {
            return bench.front == .http2 || bench.idleConnections != nil
                ? "the origin speaks HTTP/1.1 only" : nil
        }
        guard executable != nil else {
            return "not installed (or set \(variable))"
        }
        switch (self, bench.front, bench.accessLog) {
        case (.nginx, .tcp, _) where NginxConfiguration.streamModule == nil:
            return "its stream module (libnginx-mod-stream) is not installed"
        case (.haproxy, _, .json):
            return "no JSON format of its own"
        case (.haproxy, .tcp, .text):
            return "not compared"
        default:
            return nil
        }
    }

    /// Writes its configuration and returns the command that starts it in
    /// the foreground with one worker.
    func command(_ setup: Setup) throws -> [String] {
        guard let executable else {
            throw BenchError("\(rawValue) is not installed")
        }
        switch self {
        case .direct:
            return []
        case .petrel:
            let file = try setup.write(
                EnvoyConfiguration.text(setup), to: "bootstrap.json")
            return [executable, "-c", file]
        case .envoy:
            let file = try setup.write(
                EnvoyConfiguration.text(setup), to: "bootstrap.json")
            return [
                executable, "-c", file, "--concurrency", "1",
                "--disable-hot-restart", "--log-level", "error",
            ]
        case .haproxy:
            let file = try setup.write(
                HAProxyConfiguration.text(setup), to: "haproxy.cfg")
            return [executable, "-db", "-f", file]
        case .nginx:
            let file = try setup.write(
                NginxConfiguration.text(setup), to: "nginx.conf")
            return [executable, "-p", setup.directory, "-c", file]
        }
    }

    /// Its version in one line.
    var version: String {
        let flag = self == .nginx || self == .haproxy ? "-v" : "--version"
        guard let executable,
            let text = try? Child.output([executable, flag])
        else { return rawValue }
        let line = text.split(separator: "\n").first { $0.contains(".") }
        let words = (line ?? "").split(separator: "version:").last ?? ""
        return words.trimmingCharacters(in: .whitespaces)
    }
}
