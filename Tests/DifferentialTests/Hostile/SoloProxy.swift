import DataPlane
import Glibc
import PetrelTestKit
import ProxyTestSupport
import TrafficModel

/// Petrel's data plane alone, with one group of resources.
final class SoloProxy: Sendable {
    let recorder = ArrivalRecorder()
    let origins: [RecordingOrigin]
    let port: UInt16
    private let plane: DataPlane
    private let workload: Workload

    init(_ yaml: String) throws {
        let group = try Group(Value(yaml: yaml))
        let recorder = recorder
        origins = try group.origins.map { try RecordingOrigin($0, kind: group.originKind, recorder: recorder) }
        var configuration = DataPlaneConfiguration()
        configuration.concurrency = 1
        configuration.usesHostsFile = false
        plane = DataPlane(configuration)
        plane.start()
        let ports = Dictionary(uniqueKeysWithValues: origins.map { ($0.name, $0.port) })
        let (tables, rejections) = TrafficTables.compile(try GroupResources(group: group, ports: ports).resourceSet())
        guard rejections.isEmpty else { throw TestKitError(.malformed, "\(rejections)") }
        workload = plane.makeWorkload(group.name)
        workload.publish(tables)
        port = workload.boundPort(listener: group.name) ?? 0
        for origin in origins {
            origin.play([[.send(Array("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok".utf8))]])
            origin.start()
        }
    }

    deinit {
        plane.stop()
        for origin in origins { origin.stop() }
    }

    static let http = "{group: solo, cases: [GET /]}"

    /// Sends bytes on a connection of its own; everything that comes back
    /// until it ends or nothing more comes.
    func send(_ bytes: [UInt8], limit: Duration = .seconds(2)) throws -> String {
        let socket = try BlockingSocket(port: port, limit: limit)
        socket.send(bytes)
        return String(decoding: socket.receiveToEnd().bytes, as: UTF8.self)
    }

    /// Whether a plain request is answered as it should be.
    func isAlive() throws -> Bool {
        try send(Array("GET /alive HTTP/1.1\r\nhost: t\r\nconnection: close\r\n\r\n".utf8)).hasPrefix("HTTP/1.1 200")
    }

    /// Resident bytes of this process.
    static var residentBytes: Int {
        guard let file = fopen("/proc/self/statm", "r") else { return 0 }
        defer { fclose(file) }
        var buffer = [CChar](repeating: 0, count: 128)
        guard fgets(&buffer, 128, file) != nil else { return 0 }
        let text = String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return (text.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0) * 4096
    }
}
