import Foundation
import Glibc
import Synchronization

/// An access log as it grows, by connection.
final class AccessLogFile: Sendable {
    /// The fields of a line that must agree.
    struct Line: Sendable, Equatable {
        var fields: [String: String]

        var flags: [String] { (fields["response_flags"] ?? "-").split(separator: ",").map(String.init) }

        static let compared = [
            "response_code", "response_flags", "method", "protocol", "upstream_cluster", "upstream_host", "route_name",
            "requested_server_name",
        ]
    }

    private struct State: Sendable {
        var offset = 0
        var rest: [UInt8] = []
        var lines: [String: [Line]] = [:]
    }

    let path: String
    private let state = Mutex(State())

    init(path: String) { self.path = path }

    /// The lines of one connection so far, by the ports of its two ends.
    func lines(ofClient port: UInt16, at listener: UInt16) -> [Line] {
        state.withLock { state in
            Self.readMore(path, &state)
            return state.lines["\(port) \(listener)"] ?? []
        }
    }

    private static func readMore(_ path: String, _ state: inout State) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = pread(descriptor, &buffer, buffer.count, state.offset)
            guard count > 0 else { break }
            state.offset += count
            state.rest += buffer[0..<count]
        }
        guard let last = state.rest.lastIndex(of: 10) else { return }
        for line in state.rest[...last].split(separator: 10) {
            guard let object = try? JSONSerialization.jsonObject(with: Data(line)) as? [String: Any] else { continue }
            var fields: [String: String] = [:]
            for (name, value) in object where !(value is NSNull) { fields[name] = "\(value)" }
            let ends = [fields["downstream_remote_address"], fields["downstream_local_address"]].map { address in
                address?.split(separator: ":").last.map(String.init) ?? "-"
            }
            state.lines[ends.joined(separator: " "), default: []].append(Line(fields: fields))
        }
        state.rest.removeFirst(last + 1)
    }
}
