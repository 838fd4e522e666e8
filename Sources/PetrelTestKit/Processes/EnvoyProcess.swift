internal import Foundation

/// A real Envoy run by a test: started from a bootstrap, awaited until it is
/// ready, asked through its admin port, killed with the last reference.
///
/// Envoy is found by the environment variable `PETREL_ENVOY`, or in `PATH`;
/// tests that need it are disabled where ``isAvailable`` is false.
public final class EnvoyProcess: Sendable {
    /// Where one of its listeners listens.
    public struct Listener: Sendable, Hashable {
        /// The listener's name.
        public let name: String
        /// Its address.
        public let address: String
        /// Its port.
        public let port: Int
    }

    /// The process.
    public let process: ChildProcess

    /// The admin port on 127.0.0.1.
    public let adminPort: Int

    private let directory: TemporaryDirectory

    private init(
        process: ChildProcess, adminPort: Int, directory: TemporaryDirectory
    ) {
        self.process = process
        self.adminPort = adminPort
        self.directory = directory
    }

    /// The path of the Envoy binary; nil when there is none.
    public static var path: String? {
        Executable.find("envoy", variable: "PETREL_ENVOY")
    }

    /// Whether there is an Envoy to run.
    public static var isAvailable: Bool { path != nil }

    /// Starts Envoy and waits until it serves.
    ///
    /// - Parameters:
    ///   - bootstrap: The bootstrap as JSON or YAML, without `admin`: an
    ///     admin server on a free loopback port is added.
    ///   - arguments: Further arguments.
    /// - Returns: nil when there is no Envoy.
    public static func start(
        bootstrap: String, arguments: [String] = [],
        timeout: Duration = .seconds(60)
    ) async throws -> EnvoyProcess? {
        guard let path else { return nil }
        let directory = try TemporaryDirectory(prefix: "petrel-envoy")
        let isJSON = bootstrap.drop { $0.isWhitespace }.hasPrefix("{")
        let file = try directory.write(
            bootstrap, to: isJSON ? "bootstrap.json" : "bootstrap.yaml")
        let admin = """
            {"admin":{"address":{"socket_address":\
            {"address":"127.0.0.1","port_value":0}}}}
            """
        let process = try ChildProcess.start(
            path,
            [
                "-c", file, "--config-yaml", admin, "--concurrency", "1",
                "--disable-hot-restart", "--use-dynamic-base-id",
                "--admin-address-path", directory.file("admin"),
                "--log-level", "info",
            ] + arguments)
        try await process.waitForOutput(
            containing: "starting main dispatch loop", timeout: timeout)
        let address = try directory.read("admin")
        guard let port = address.split(separator: ":").last.flatMap({
            Int($0.trimmingCharacters(in: .whitespacesAndNewlines))
        }) else {
            throw TestKitError(.malformed, "admin address \(address)")
        }
        let envoy = EnvoyProcess(
            process: process, adminPort: port, directory: directory)
        try await envoy.waitUntilReady(timeout: timeout)
        return envoy
    }

    /// The answer of one admin path, such as `/config_dump`.
    public func admin(
        _ path: String, method: String = "GET"
    ) async throws -> HTTPAnswer {
        try await HTTPExchange.send(
            method, path, to: "127.0.0.1", port: adminPort)
    }

    /// Its counters and gauges by name.
    ///
    /// - Parameter filter: A regular expression that names must match.
    public func statistics(
        matching filter: String? = nil
    ) async throws -> [String: Int] {
        let query = filter.map { text in
            let encoded = text.addingPercentEncoding(
                withAllowedCharacters: .alphanumerics)
            return "?filter=\(encoded ?? "")"
        }
        let text = try await admin("/stats\(query ?? "")").text
        var values: [String: Int] = [:]
        for line in text.split(separator: "\n") {
            guard let colon = line.lastIndex(of: ":") else { continue }
            let value = line[line.index(after: colon)...]
            values[String(line[..<colon])] = Int(
                value.drop { $0 == " " })
        }
        return values
    }

    /// Its listeners with the ports they got.
    public func listeners() async throws -> [Listener] {
        let text = try await admin("/listeners").text
        return text.split(separator: "\n").compactMap { line in
            guard let mark = line.range(of: "::"),
                let colon = line.lastIndex(of: ":"),
                let port = Int(line[line.index(after: colon)...])
            else { return nil }
            return Listener(
                name: String(line[..<mark.lowerBound]),
                address: String(line[mark.upperBound..<colon]), port: port)
        }
    }

    /// The port of the listener with this name.
    public func port(ofListener name: String) async throws -> Int {
        let listeners = try await listeners()
        guard let listener = listeners.first(where: { $0.name == name }) else {
            throw TestKitError(
                .unavailable, "no listener \(name) among \(listeners)")
        }
        return listener.port
    }

    /// Waits until `/ready` answers 200, which it does once the first
    /// configuration is in force.
    private func waitUntilReady(timeout: Duration) async throws {
        // The admin server has no way to be told; its log line for the end of
        // initialization comes just before the workers start.
        try await process.waitForOutput(
            containing: "starting workers", timeout: timeout)
        let clock = ContinuousClock()
        let deadline = clock.now + timeout
        while try await admin("/ready").status != 200 {
            guard clock.now < deadline else {
                throw TestKitError(.timeout, "Envoy is not ready")
            }
            await Task.yield()
        }
    }
}
