public import Capture
internal import Foundation
internal import Glibc

/// A conversation with a running mesh. What it holds there lasts as long as this
/// value.
public final class ControlClient: Sendable {
    private let descriptor: Int32

    /// - Returns: nil when no mesh listens there.
    /// - Throws: ``ControlError`` when the path can't be a socket's.
    public init?(_ control: ControlPath) throws(ControlError) {
        let descriptor = try UnixSocket.make()
        let status: Int32
        do {
            status = try UnixSocket.withAddress(control.path) { connect(descriptor, $0, $1) }
        } catch {
            close(descriptor)
            throw error
        }
        guard status == 0 else {
            close(descriptor)
            return nil
        }
        self.descriptor = descriptor
    }

    deinit {
        close(descriptor)
    }

    /// Hands a captured program's sockets over; they are served until this value
    /// goes away.
    public func attach(_ identity: WorkloadIdentity, sockets: CapturedSockets) throws(ControlError) {
        let request = ControlRequest.attach(
            identity: identity, connections: sockets.connections.count,
            dnsDatagrams: sockets.dnsDatagrams.count, dnsStreams: sockets.dnsStreams.count)
        guard case .attached = try ask(request, descriptors: sockets.all) else {
            throw ControlError("The mesh gave an unexpected answer.")
        }
    }

    /// What the mesh says of itself.
    public func status() throws(ControlError) -> String {
        try text(.status)
    }

    /// What becomes of a request in the running mesh.
    public func explain(
        _ request: String, headers: [String], as identity: WorkloadIdentity, json: Bool, verbose: Bool
    ) throws(ControlError) -> String {
        try text(.explain(request: request, headers: headers, identity: identity, json: json, verbose: verbose))
    }

    private func text(_ request: ControlRequest) throws(ControlError) -> String {
        guard case .text(let text) = try ask(request) else {
            throw ControlError("The mesh gave an unexpected answer.")
        }
        return text
    }

    /// Sends a request as it is.
    func send(_ request: ControlRequest) throws(ControlError) {
        _ = try ask(request)
    }

    private func ask(_ request: ControlRequest, descriptors: [Int32] = []) throws(ControlError) -> ControlReply {
        guard let data = try? JSONEncoder().encode(request) else {
            throw ControlError("The request could not be encoded.")
        }
        let channel = DescriptorChannel(descriptor: descriptor)
        guard channel.send(Array(data), descriptors: descriptors), let answer = channel.receive(capacity: 1 << 20) else {
            throw ControlError("The mesh went away.")
        }
        guard let reply = try? JSONDecoder().decode(ControlReply.self, from: Data(answer.bytes)) else {
            throw ControlError("The mesh gave an answer that can't be read; is it another version of petrel?")
        }
        if case .refused(let reason) = reply { throw ControlError(reason) }
        return reply
    }
}
