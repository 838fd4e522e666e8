internal import CPetrelSystem
internal import Glibc
internal import Synchronization
internal import TrafficModel

/// Gathers what each worker answers to a question of another thread.
final class Answers<Answer: Sendable>: Sendable {
    private let gathered = Mutex<[Answer]>([])
    private let signal: Int32

    init() {
        signal = petrel_event_create()
    }

    deinit { Glibc.close(signal) }

    func put(_ answer: Answer) {
        gathered.withLock { $0.append(answer) }
        petrel_event_signal(signal)
    }

    /// Blocks until `count` workers have answered, a second for each at most:
    /// one that has ended never will.
    func wait(for count: Int) -> [Answer] {
        while gathered.withLock({ $0.count }) < count {
            var poll = pollfd(fd: signal, events: Int16(POLLIN), revents: 0)
            if Glibc.poll(&poll, 1, 1000) <= 0 { break }
            var ignored: UInt64 = 0
            _ = read(signal, &ignored, 8)
        }
        return gathered.withLock { $0 }
    }
}

extension Worker {
    /// The clusters that requests went to.
    func clusterReports() -> [ClusterReport] {
        workloads.values.flatMap { workload in
            let snapshot = workload.pointee.snapshot
            return (0..<snapshot.pointee.clusterCount).compactMap { index -> ClusterReport? in
                guard let cluster = snapshot.pointee.clusters[index] else { return nil }
                let endpoints = cluster.pointee.endpoints.map { endpoint in
                    ClusterReport.Endpoint(
                        address: Self.text(endpoint.pointee.address), hostname: endpoint.pointee.hostname.string,
                        weight: endpoint.pointee.weight, connections: UInt64(endpoint.pointee.connections),
                        activeRequests: UInt64(endpoint.pointee.activeRequests))
                }
                return ClusterReport(name: cluster.pointee.plan.name.string, endpoints: endpoints)
            }
        }
    }

    /// Copies of the sockets of the configuration's listeners.
    func listeningSockets() -> [ListeningSocket] {
        listeners.compactMap { listener in
            guard listener.isOpen, case .bound(let name) = listener.kind else { return nil }
            let copy = fcntl(listener.descriptor, F_DUPFD_CLOEXEC, 0)
            return copy < 0 ? nil : ListeningSocket(listener: name, descriptor: copy)
        }
    }
}

extension DataPlane {
    /// What the workers know of their clusters, added up. Blocks: not for tasks.
    public func clusterReports() -> [ClusterReport] {
        let answers = Answers<[ClusterReport]>()
        for mailbox in mailboxes { mailbox.send(.reportClusters(answers)) }
        var merged: [String: ClusterReport] = [:]
        for report in answers.wait(for: mailboxes.count).joined() {
            guard var known = merged[report.name] else {
                merged[report.name] = report
                continue
            }
            for endpoint in report.endpoints {
                if let index = known.endpoints.firstIndex(where: { $0.address == endpoint.address }) {
                    known.endpoints[index].connections += endpoint.connections
                    known.endpoints[index].activeRequests += endpoint.activeRequests
                } else {
                    known.endpoints.append(endpoint)
                }
            }
            merged[report.name] = known
        }
        return merged.values.sorted { $0.name < $1.name }
    }

    /// Copies of the sockets that the configuration's listeners accept from.
    /// As long as a copy is open, no connection that waits is lost when the
    /// data plane ends. Blocks: not for tasks.
    public func listeningSockets() -> [ListeningSocket] {
        let answers = Answers<[ListeningSocket]>()
        for mailbox in mailboxes { mailbox.send(.reportSockets(answers)) }
        return Array(answers.wait(for: mailboxes.count).joined())
    }
}
