import DataPlane
import Foundation
import Glibc
import PetrelTestKit
import ProxyTestSupport
import TrafficModel

/// Envoy and Petrel's data plane with the same configuration: one process
/// and one set of workers for all groups, a listener and origins for each.
final class ProxyPair: Sendable {
    /// One group at one of the two proxies.
    struct Side: Sendable {
        var recorder: ArrivalRecorder
        var origins: [RecordingOrigin]
        var port: UInt16 = 0
        var failure: String?
    }

    let groups: [String: (envoy: Side, petrel: Side)]
    private let envoy: EnvoyProcess
    private let plane: DataPlane
    private let envoyLog: AccessLogFile
    private let petrelLog: AccessLogFile
    private let directory: TemporaryDirectory
    private let logDescriptor: Int32

    static func start(_ groups: [Group]) async throws -> ProxyPair? {
        let directory = try TemporaryDirectory(prefix: "petrel-differential")
        let envoyPath = directory.file("envoy.log")
        var listeners: [Value] = []
        var clusters: [Value] = []
        var sides: [String: (envoy: Side, petrel: Side)] = [:]
        for group in groups {
            let side = try side(of: group)
            let resources = GroupResources(group: group, ports: ports(side), accessLog: envoyPath)
            listeners.append(resources.listener)
            clusters += resources.clusters
            sides[group.name] = (side, try self.side(of: group))
        }
        let bootstrap = GroupResources.bootstrap(listeners: listeners, clusters: clusters)
        guard
            let envoy = try await EnvoyProcess.start(
                bootstrap: bootstrap, arguments: ["--file-flush-interval-msec", "10"])
        else { return nil }
        for listener in try await envoy.listeners() { sides[listener.name]?.envoy.port = UInt16(listener.port) }

        let petrelPath = directory.file("petrel.log")
        let descriptor = open(petrelPath, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        var configuration = DataPlaneConfiguration()
        configuration.concurrency = 1
        configuration.usesHostsFile = false
        configuration.accessLog = .json
        configuration.accessLogDescriptor = descriptor
        configuration.accessLogFlushInterval = .milliseconds(10)
        let plane = DataPlane(configuration)
        plane.start()
        for group in groups {
            guard let side = sides[group.name]?.petrel else { continue }
            sides[group.name]?.petrel = publish(group, side, plane)
        }
        return ProxyPair(
            groups: sides, envoy: envoy, plane: plane, directory: directory, descriptor: descriptor,
            logs: (AccessLogFile(path: envoyPath), AccessLogFile(path: petrelPath)))
    }

    private init(
        groups: [String: (envoy: Side, petrel: Side)], envoy: EnvoyProcess, plane: DataPlane,
        directory: TemporaryDirectory, descriptor: Int32, logs: (AccessLogFile, AccessLogFile)
    ) {
        self.groups = groups
        self.envoy = envoy
        self.plane = plane
        self.directory = directory
        logDescriptor = descriptor
        (envoyLog, petrelLog) = logs
    }

    /// Ends both.
    func stop() {
        plane.stop()
        envoy.process.kill()
        close(logDescriptor)
        for (envoy, petrel) in groups.values {
            for origin in envoy.origins + petrel.origins { origin.stop() }
        }
    }

    private static func ports(_ side: Side) -> [String: UInt16] {
        Dictionary(uniqueKeysWithValues: side.origins.map { ($0.name, $0.port) })
    }

    private static func side(of group: Group) throws -> Side {
        let recorder = ArrivalRecorder()
        let origins = try group.origins.map {
            try RecordingOrigin($0, kind: group.originKind, recorder: recorder)
        }
        return Side(recorder: recorder, origins: origins)
    }

    private static func publish(_ group: Group, _ side: Side, _ plane: DataPlane) -> Side {
        var side = side
        do {
            let resources = try GroupResources(group: group, ports: ports(side)).resourceSet()
            let (tables, rejections) = TrafficTables.compile(resources)
            if !rejections.isEmpty { side.failure = "\(rejections)" }
            let workload = plane.makeWorkload(group.name)
            let failures = workload.publish(tables)
            if !failures.isEmpty { side.failure = "\(failures)" }
            side.port = workload.boundPort(listener: group.name) ?? 0
        } catch {
            side.failure = "\(error)"
        }
        return side
    }

    // MARK: - Running

    /// Runs the rows of a group through both proxies, at the same time.
    func run(_ group: Group) async throws -> [Comparison] {
        guard let sides = groups[group.name] else { throw TestKitError(.unavailable, "no group \(group.name)") }
        if let failure = sides.petrel.failure { throw TestKitError(.malformed, "Petrel refuses it: \(failure)") }
        async let left = BackgroundThread.run { Self.run(group, sides.envoy) }
        async let right = BackgroundThread.run { Self.run(group, sides.petrel) }
        let (envoy, petrel) = try await (left, right)
        return try await BackgroundThread.run { [self] in
            zip(group.cases, zip(envoy, petrel)).map { row, pair in
                var (envoy, petrel) = pair
                readLogs(row, (sides.envoy.port, sides.petrel.port), &envoy, &petrel)
                return Comparison(row: row, envoy: envoy, petrel: petrel)
            }
        }
    }

    private static func run(_ group: Group, _ side: Side) -> [Observation] {
        for origin in side.origins { origin.start() }
        var names: [UInt16: String] = [side.port: "listener"]
        for origin in side.origins { names[origin.port] = origin.name }
        let result = group.cases.map { row in
            side.recorder.begin()
            for origin in side.origins {
                origin.play(row.origins[origin.name] ?? row.origins["*"] ?? Self.answer(of: origin, group))
            }
            var observation = Observation(portNames: names)
            observation.client = ClientScript.run(row, port: side.port)
            observation.arrivals = side.recorder.wait(for: row.arrivals ?? 0)
            return observation
        }
        for origin in side.origins { origin.stop() }
        return result
    }

    private static func answer(of origin: RecordingOrigin, _ group: Group) -> [[OriginStep]] {
        guard group.originKind == .http else { return [[.echo]] }
        let body = "from \(origin.name)\n"
        return [[.send(Array("HTTP/1.1 200 OK\r\ncontent-length: \(body.utf8.count)\r\n\r\n\(body)".utf8))]]
    }

    /// Both write their logs behind the traffic: waits until they tell of the
    /// same number of requests, or no more comes.
    private func readLogs(_ row: Row, _ ports: (UInt16, UInt16), _ envoy: inout Observation, _ petrel: inout Observation) {
        let end = ContinuousClock.now + .seconds(1)
        while true {
            envoy.log = envoy.client.ports.flatMap { envoyLog.lines(ofClient: $0, at: ports.0) }
            petrel.log = petrel.client.ports.flatMap { petrelLog.lines(ofClient: $0, at: ports.1) }
            let wanted = envoy.client.responses.count { $0.status >= 200 }
            if envoy.log.count == petrel.log.count, envoy.log.count >= wanted { return }
            if row.ignored.contains("log") || ContinuousClock.now >= end { return }
            usleep(2000)
        }
    }
}
