internal import Glibc
internal import MeshAPI
internal import MeshCompilation
internal import Synchronization

/// The loopback ports at which the gateways of one mesh listen.
///
/// Ports of Services are often privileged, and several meshes run on one machine,
/// so each gets a free port. A bound socket that never listens keeps it: it takes no
/// connection, and a proxy of the same user may listen beside it (SO_REUSEPORT),
/// while the kernel gives the port to nobody else.
final class GatewayPorts: Sendable {
    private struct Key: Hashable {
        var service: ObjectReference
        var number: Int
    }

    private struct Reservation {
        var descriptor: Int32
        var port: Int
    }

    private let reservations = Mutex<[Key: Reservation]>([:])

    /// The port for a Service's port: the same for as long as the mesh runs. Where
    /// the kernel has none, the one at which pods would listen.
    func port(of service: ObjectReference, _ port: LocalGateway.Port) -> Int {
        reservations.withLock { known in
            let key = Key(service: service, number: port.number)
            if let reservation = known[key] { return reservation.port }
            guard let new = Self.reserve() else { return port.target }
            known[key] = new
            return new.port
        }
    }

    deinit {
        reservations.withLock { known in
            for reservation in known.values { close(reservation.descriptor) }
        }
    }

    private static func reserve() -> Reservation? {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return nil }
        var one: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &one, socklen_t(MemoryLayout<Int32>.size))
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEPORT, &one, socklen_t(MemoryLayout<Int32>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = inet_pton(AF_INET, LocalGateway.address, &address.sin_addr) == 1 && withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, size) == 0 && getsockname(descriptor, $0, &size) == 0
            }
        }
        guard isBound else {
            close(descriptor)
            return nil
        }
        return Reservation(descriptor: descriptor, port: Int(UInt16(bigEndian: address.sin_port)))
    }
}
