internal import CPetrelSystem
internal import Glibc
internal import Synchronization
public import TrafficModel

/// Sockets attached to a workload.
public struct AttachmentID: Hashable, Sendable {
    let value: UInt32
}

/// One proxy identity of a data plane: its configuration and its sockets.
public final class Workload: Sendable {
    /// A listener that could not be bound.
    public struct BindFailure: Error, Sendable, Hashable, CustomStringConvertible {
        /// The listener's name.
        public let listener: String
        /// The address it should have had.
        public let address: String
        /// Why not.
        public let reason: String

        public var description: String { "\(listener): cannot listen on \(address): \(reason)" }
    }

    /// Its name, for people.
    public let name: String
    let id: UInt32
    private let plane: DataPlane
    private let bindsListeners: Bool
    private let bound = Mutex<[String: Bound]>([:])

    private struct Bound {
        var addresses: [ListenerAddress]
        var ports: [UInt16]
    }

    init(_ plane: DataPlane, id: UInt32, name: String, bindsListeners: Bool) {
        self.plane = plane
        self.id = id
        self.name = name
        self.bindsListeners = bindsListeners
    }

    /// Makes `tables` the configuration of every request from now on.
    /// Requests under way keep the one they started with; clusters that
    /// didn't change keep their connections.
    ///
    /// - Returns: Listeners that could not be bound; the rest is in force.
    @discardableResult
    public func publish(_ tables: TrafficTables) -> [BindFailure] {
        for mailbox in plane.mailboxes { mailbox.send(.publish(workload: id, tables)) }
        return bindsListeners ? bind(tables) : []
    }

    /// Takes connections and DNS questions from listening sockets made
    /// elsewhere, also in another network namespace. The descriptors become
    /// the data plane's, which closes them when they are detached.
    ///
    /// - Parameters:
    ///   - capture: Listening sockets that connections were redirected to.
    ///   - dnsUDP: Datagram sockets that questions were redirected to.
    ///   - dnsTCP: Listening sockets for DNS over TCP.
    public func attach(capture: [Int32], dnsUDP: [Int32] = [], dnsTCP: [Int32] = []) -> AttachmentID {
        let attachment = AttachmentID(value: plane.nextID())
        for descriptor in capture + dnsUDP + dnsTCP { _ = petrel_set_nonblocking(descriptor) }
        for descriptor in dnsUDP { _ = petrel_datagram_want_destination(descriptor) }
        for mailbox in plane.mailboxes {
            mailbox.send(
                .attach(
                    workload: id, attachment: attachment.value, capture: copies(capture), datagrams: copies(dnsUDP),
                    dnsStreams: copies(dnsTCP), owned: true))
        }
        for descriptor in capture + dnsUDP + dnsTCP { Glibc.close(descriptor) }
        return attachment
    }

    /// Each worker has a descriptor of its own for the same socket, so that
    /// none closes it under another.
    private func copies(_ descriptors: [Int32]) -> [Int32] {
        descriptors.map { fcntl($0, F_DUPFD_CLOEXEC, 0) }.filter { $0 >= 0 }
    }

    /// Stops taking from the sockets of an attachment and closes them;
    /// connections that came from them go on.
    public func detach(_ attachment: AttachmentID) {
        for mailbox in plane.mailboxes { mailbox.send(.detach(attachment: attachment.value)) }
    }

    /// Ends the workload: its sockets are closed, requests under way finish.
    public func remove() {
        for mailbox in plane.mailboxes { mailbox.send(.removeWorkload(id: id)) }
        bound.withLock { $0 = [:] }
    }

    /// The port that a listener of the configuration has; of use when the
    /// configuration said 0.
    public func boundPort(listener: String) -> UInt16? {
        bound.withLock { $0[listener]?.ports.first }
    }

    // MARK: - Binding

    private func bind(_ tables: TrafficTables) -> [BindFailure] {
        bound.withLock { bound in
            var failures: [BindFailure] = []
            var wanted: [String: [ListenerAddress]] = [:]
            for index in tables.listeners.occupied where tables.listeners[index].bindToPort {
                wanted[tables.listeners[index].name.string] = Array(tables.listeners[index].addresses)
            }
            for (listener, old) in bound where wanted[listener] != old.addresses {
                bound[listener] = nil
                for mailbox in plane.mailboxes { mailbox.send(.stopListening(workload: id, listener: listener)) }
            }
            for (listener, addresses) in wanted where bound[listener] == nil {
                var ports: [UInt16] = []
                for address in addresses {
                    switch open(listener, address) {
                    case .success(let port): ports.append(port)
                    case .failure(let failure): failures.append(failure)
                    }
                }
                if !ports.isEmpty { bound[listener] = Bound(addresses: addresses, ports: ports) }
            }
            return failures
        }
    }

    /// One socket for each worker; the kernel spreads connections over them.
    private func open(_ listener: String, _ address: ListenerAddress) -> Result<UInt16, BindFailure> {
        var wanted = petrel_address(address.address, port: address.port)
        var descriptors = plane.takeInherited(listener, wanted)
        if let first = descriptors.first { _ = petrel_local_address(first, &wanted) }
        while descriptors.count < plane.mailboxes.count {
            let descriptor = petrel_listen(&wanted, true, 4096)
            guard descriptor >= 0 else {
                for opened in descriptors { Glibc.close(opened) }
                return .failure(
                    BindFailure(
                        listener: listener, address: Worker.text(wanted),
                        reason: String(cString: strerror(-descriptor))))
            }
            descriptors.append(descriptor)
            if wanted.port == 0 {
                var actual = petrel_address()
                if petrel_local_address(descriptor, &actual) == 0 { wanted.port = actual.port }
            }
        }
        for (index, descriptor) in descriptors.enumerated() {
            plane.mailboxes[index % plane.mailboxes.count].send(.listen(workload: id, listener: listener, descriptor: descriptor))
        }
        return .success(wanted.port)
    }
}
