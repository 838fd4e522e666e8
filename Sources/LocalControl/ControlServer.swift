public import Capture
internal import Foundation
internal import Glibc

/// Answers the other `petrel` commands of the same user.
public final class ControlServer: Sendable {
    /// What the mesh does for its clients.
    public struct Handlers: Sendable {
        /// Serves captured sockets; returns a number to detach them by. The
        /// sockets are the handler's from then on.
        public var attach: @Sendable (WorkloadIdentity, CapturedSockets) async throws -> UInt64
        /// Called when the client that attached them has gone.
        public var detach: @Sendable (UInt64) async -> Void
        /// Answers a question about the mesh with a text to print.
        public var answer: @Sendable (ControlRequest) async throws -> String

        public init(
            attach: @escaping @Sendable (WorkloadIdentity, CapturedSockets) async throws -> UInt64,
            detach: @escaping @Sendable (UInt64) async -> Void,
            answer: @escaping @Sendable (ControlRequest) async throws -> String
        ) {
            self.attach = attach
            self.detach = detach
            self.answer = answer
        }
    }

    /// Where it listens.
    public let control: ControlPath
    private let descriptor: Int32
    private let handlers: Handlers

    /// Starts to listen.
    ///
    /// - Throws: ``ControlError`` when another mesh listens there already.
    public init(_ control: ControlPath, handlers: Handlers) throws(ControlError) {
        try control.prepareDirectory()
        if try ControlClient(control) != nil {
            throw ControlError("Another mesh listens at \(control.path) already; stop it, or name another place with --control.")
        }
        unlink(control.path)
        let descriptor = try UnixSocket.make()
        let bound = try UnixSocket.withAddress(control.path) { bind(descriptor, $0, $1) }
        guard bound == 0, chmod(control.path, 0o600) == 0, listen(descriptor, 64) == 0 else {
            let reason = String(cString: strerror(errno))
            close(descriptor)
            throw ControlError("\(control.path) can't be listened on: \(reason).")
        }
        self.control = control
        self.descriptor = descriptor
        self.handlers = handlers
        let thread = Thread { [handlers] in Self.accept(on: descriptor, handlers: handlers) }
        thread.name = "control"
        thread.start()
    }

    /// Stops listening and removes the socket.
    public func stop() {
        shutdown(descriptor, Int32(SHUT_RDWR))
        unlink(control.path)
    }

    private static func accept(on descriptor: Int32, handlers: Handlers) {
        while true {
            let client = Glibc.accept(descriptor, nil, nil)
            guard client >= 0 else {
                if errno == EINTR || errno == ECONNABORTED { continue }
                break
            }
            _ = fcntl(client, F_SETFD, FD_CLOEXEC)
            let thread = Thread { serve(client, handlers: handlers) }
            thread.name = "control-client"
            thread.start()
        }
        close(descriptor)
    }

    private static func serve(_ client: Int32, handlers: Handlers) {
        defer { close(client) }
        let channel = DescriptorChannel(descriptor: client)
        // The directory keeps others out; this is the second lock on the door.
        guard channel.peerUserID == geteuid() else { return }
        var attached: [UInt64] = []
        while let (bytes, descriptors) = channel.receive() {
            let reply: ControlReply
            if let request = try? JSONDecoder().decode(ControlRequest.self, from: Data(bytes)) {
                reply = answer(request, descriptors: descriptors, attached: &attached, handlers: handlers)
            } else {
                for descriptor in descriptors { close(descriptor) }
                reply = .refused("The request can't be read; is it another version of petrel?")
            }
            guard let data = try? JSONEncoder().encode(reply), channel.send(Array(data)) else { break }
        }
        for id in attached { blocking { await handlers.detach(id) } }
    }

    private static func answer(
        _ request: ControlRequest, descriptors: [Int32], attached: inout [UInt64], handlers: Handlers
    ) -> ControlReply {
        switch request {
        case .status, .explain:
            for descriptor in descriptors { close(descriptor) }
            return blocking {
                do { return .text(try await handlers.answer(request)) } catch { return .refused("\(error)") }
            }
        case .attach(let identity, let connections, let dnsDatagrams, let dnsStreams):
            // Each is bounded before they are added: a sum of lies must not trap.
            let possible = 0...descriptors.count
            guard possible.contains(connections), possible.contains(dnsDatagrams), possible.contains(dnsStreams),
                connections + dnsDatagrams + dnsStreams == descriptors.count
            else {
                for descriptor in descriptors { close(descriptor) }
                return .refused("The descriptors don't fit the request.")
            }
            let sockets = CapturedSockets(
                connections: Array(descriptors[..<connections]),
                dnsDatagrams: Array(descriptors[connections..<(connections + dnsDatagrams)]),
                dnsStreams: Array(descriptors[(connections + dnsDatagrams)...]))
            let outcome: Result<UInt64, any Error> = blocking {
                do { return .success(try await handlers.attach(identity, sockets)) } catch { return .failure(error) }
            }
            switch outcome {
            case .success(let id):
                attached.append(id)
                return .attached
            case .failure(let error):
                return .refused("\(error)")
            }
        }
    }

    /// Runs async work from a thread of this server's own, which may block.
    private static func blocking<Value: Sendable>(_ work: @escaping @Sendable () async -> Value) -> Value {
        let done = DispatchSemaphore(value: 0)
        let box = ResultBox<Value>()
        Task {
            box.set(await work())
            done.signal()
        }
        done.wait()
        return box.take()
    }
}
