internal import CPetrelCapture
internal import Glibc

/// The sockets a captured namespace hands out: they listen inside it and are
/// served from outside. The holder closes them.
public struct CapturedSockets: Sendable, Equatable {
    /// Listening TCP sockets that redirected connections arrive on (IPv4, and
    /// IPv6 where the kernel has it).
    public var connections: [Int32]
    /// UDP sockets that DNS queries arrive on.
    public var dnsDatagrams: [Int32]
    /// Listening TCP sockets that DNS queries arrive on.
    public var dnsStreams: [Int32]

    public init(connections: [Int32], dnsDatagrams: [Int32], dnsStreams: [Int32]) {
        self.connections = connections
        self.dnsDatagrams = dnsDatagrams
        self.dnsStreams = dnsStreams
    }

    /// Every descriptor, in the order they are passed between processes.
    public var all: [Int32] { connections + dnsDatagrams + dnsStreams }

    /// Closes every descriptor.
    public func close() {
        for descriptor in all { _ = Glibc.close(descriptor) }
    }
}

extension CapturedSockets {
    init(descriptors: [Int32]) {
        func present(_ positions: petrel_capture_descriptor...) -> [Int32] {
            positions.map { descriptors[Int($0.rawValue)] }.filter { $0 >= 0 }
        }
        self.init(
            connections: present(PETREL_FD_TCP4, PETREL_FD_TCP6),
            dnsDatagrams: present(PETREL_FD_DNS_UDP4, PETREL_FD_DNS_UDP6),
            dnsStreams: present(PETREL_FD_DNS_TCP4, PETREL_FD_DNS_TCP6))
    }
}
