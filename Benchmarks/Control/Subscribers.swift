internal import EnvoyAPI
internal import Foundation
internal import ServiceRegistry
internal import SwiftProtobuf

/// Many simulated proxies, turned by one loop.
final class Subscribers {
    private(set) var clients: [SubscriberClient] = []
    private var buffer = [UInt8](repeating: 0, count: 1 << 18)

    init(_ count: Int, port: UInt16, metadata: [String: String] = [:], names: [(String, [String])] = []) throws {
        for index in 0..<count {
            let proxy = ControlCase.proxy(index)
            var node = Envoy_Config_Core_V3_Node()
            node.id = proxy.nodeID
            for (key, value) in proxy.metadata.merging(metadata, uniquingKeysWith: { $1 }) {
                node.metadata.fields[key] = .init(stringValue: value)
            }
            clients.append(try SubscriberClient(port: port, node: node, routes: ["80"], names: names))
        }
    }

    deinit {
        for client in clients { close(client.descriptor) }
    }

    /// Reads until all clients have got so many responses in all.
    /// - Throws: When that takes longer than `patience` seconds.
    func wait(untilEachHas responses: Int, patience: Double = 60) throws {
        try wait(patience) { $0.responses >= responses }
    }

    func wait(_ patience: Double, until isDone: (SubscriberClient) -> Bool) throws {
        let end = Meter.now + patience * 1000
        var watched = clients.map { pollfd(fd: $0.descriptor, events: Int16(POLLIN), revents: 0) }
        var waiting = Set(clients.indices.filter { !isDone(clients[$0]) })
        while !waiting.isEmpty {
            guard Meter.now < end else { throw BenchFailure("\(waiting.count) of \(clients.count) clients wait in vain") }
            guard poll(&watched, nfds_t(watched.count), 100) > 0 else { continue }
            for index in watched.indices where watched[index].revents != 0 {
                read(index)
                if isDone(clients[index]) { waiting.remove(index) }
            }
        }
    }

    private func read(_ index: Int) {
        let count = recv(clients[index].descriptor, &buffer, buffer.count, Int32(MSG_DONTWAIT))
        if count > 0 { clients[index].receive(buffer[..<count]) }
    }

    var bytesReceived: Int { clients.reduce(0) { $0 + $1.bytesReceived } }
}
