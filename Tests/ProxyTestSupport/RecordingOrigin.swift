internal import CPetrelSystem
internal import Glibc
internal import Synchronization

/// A server of a scenario on 127.0.0.1, which records what it receives byte
/// for byte and answers by a script.
public final class RecordingOrigin: Sendable {
    /// What it speaks.
    public enum Kind: Sendable {
        /// HTTP/1: one list of steps for each request; the last one repeats.
        case http
        /// Bytes: one list of steps for each connection; the last one repeats.
        case stream
    }

    public let name: String
    public let port: UInt16
    private let listener: Int32
    private let kind: Kind
    private let recorder: ArrivalRecorder
    private let state = Mutex(State())

    private struct State: Sendable {
        var script: [[OriginStep]] = []
        var next = 0
        var connections = 0
        var isStopped = false
        var open: [ObjectIdentifier: BlockingSocket] = [:]
    }

    public init(_ name: String, kind: Kind, recorder: ArrivalRecorder) throws {
        self.name = name
        self.kind = kind
        self.recorder = recorder
        var address = petrel_address()
        _ = petrel_address_parse("127.0.0.1", 0, &address)
        listener = petrel_listen(&address, false, 512)
        guard listener >= 0 else { throw BlockingSocket.Failure(description: "no listener: \(listener)") }
        _ = petrel_local_address(listener, &address)
        port = address.port
        let flags = fcntl(listener, F_GETFL)
        _ = fcntl(listener, F_SETFL, flags & ~O_NONBLOCK)
    }

    /// Starts to take connections; once only.
    public func start() {
        BackgroundThread.start { [self] in
            while true {
                let client = Glibc.accept(listener, nil, nil)
                if client < 0 {
                    if errno == EMFILE || errno == ECONNABORTED { continue }
                    break
                }
                serve(BlockingSocket(adopting: client, limit: .seconds(30)))
            }
            Glibc.close(listener)
        }
    }

    /// Takes no more connections and ends those it has.
    public func stop() {
        // Once only: afterwards the number may be another socket's.
        let isFirst = state.withLock { state in
            defer { state.isStopped = true }
            return !state.isStopped
        }
        guard isFirst else { return }
        shutdown(listener, Int32(SHUT_RDWR))
        closeConnections()
    }

    /// Ends the connections that are open.
    public func closeConnections() {
        for socket in state.withLock({ $0.open.values.map { $0 } }) { socket.shut() }
    }

    /// The script from now on.
    public func play(_ script: [[OriginStep]]) {
        state.withLock { state in
            state.script = script
            state.next = 0
        }
    }

    private func nextSteps() -> [OriginStep] {
        state.withLock { state in
            guard !state.script.isEmpty else { return [.close] }
            defer { state.next += 1 }
            return state.script[min(state.next, state.script.count - 1)]
        }
    }

    // MARK: - One connection

    private func serve(_ socket: BlockingSocket) {
        let number = state.withLock { state in
            state.open[ObjectIdentifier(socket)] = socket
            defer { state.connections += 1 }
            return state.connections
        }
        BackgroundThread.start { [self] in
            var connection = OriginConnection(socket: socket, origin: self, number: number)
            switch kind {
            case .http: connection.serveHTTP()
            case .stream: connection.serveStream()
            }
            _ = state.withLock { $0.open.removeValue(forKey: ObjectIdentifier(socket)) }
        }
    }

    fileprivate struct OriginConnection {
        let socket: BlockingSocket
        let origin: RecordingOrigin
        let number: Int
        var bytes: [UInt8] = []
        var hasEnded = false

        /// False when nothing more will come.
        mutating func fill() -> Bool {
            if hasEnded { return false }
            if case .bytes(let more) = socket.receive() {
                bytes += more
                return true
            }
            hasEnded = true
            return false
        }

        func note(_ content: [UInt8], isComplete: Bool, _ generation: Int) {
            origin.recorder.note(
                Arrival(origin: origin.name, connection: number, bytes: content, isComplete: isComplete), of: generation)
        }

        mutating func serveHTTP() {
            while true {
                while bytes.isEmpty { guard fill() else { return } }
                let generation = origin.recorder.generation
                while HTTPMessageText.find([13, 10, 13, 10], in: bytes, from: 0) == nil {
                    guard fill() else { return note(bytes, isComplete: false, generation) }
                }
                let steps = origin.nextSteps()
                if steps.first == .early {
                    note(bytes, isComplete: false, generation)
                    bytes = []
                    if !play(steps.dropFirst()) { return }
                    continue
                }
                var message = HTTPMessageText(bytes)
                while message == nil {
                    guard fill() else { return note(bytes, isComplete: false, generation) }
                    message = HTTPMessageText(bytes)
                }
                let count = message?.count ?? bytes.count
                if steps.contains(.echo) {
                    bytes.removeFirst(count)
                    note(bytes, isComplete: true, generation)
                    _ = play(steps[...])
                    return note(bytes, isComplete: true, generation)
                }
                note(Array(bytes[0..<count]), isComplete: true, generation)
                bytes.removeFirst(count)
                if !play(steps[...]) { return }
            }
        }

        mutating func serveStream() {
            let generation = origin.recorder.generation
            if play(origin.nextSteps()[...]) {
                while fill() {}
                socket.finish()
            }
            note(bytes, isComplete: hasEnded, generation)
        }

        /// False when the connection is over.
        mutating func play(_ steps: ArraySlice<OriginStep>) -> Bool {
            for step in steps {
                switch step {
                case .send(let content): if !socket.send(content) { return false }
                case .pause(let milliseconds): usleep(UInt32(milliseconds) * 1000)
                case .finish: socket.finish()
                case .close: return false
                case .reset:
                    socket.resetOnClose()
                    return false
                case .hang:
                    while fill() {}
                    return false
                case .echo:
                    if !bytes.isEmpty { socket.send(bytes) }
                    var sent = bytes.count
                    while fill() {
                        socket.send(Array(bytes[sent...]))
                        sent = bytes.count
                    }
                    socket.finish()
                    return false
                case .read(let count): while bytes.count < count { guard fill() else { return false } }
                case .early: continue
                }
            }
            return true
        }
    }
}
