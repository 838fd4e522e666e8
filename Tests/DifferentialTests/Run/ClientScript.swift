import Glibc
import ProxyTestSupport

/// What a client saw.
struct ClientEvents: Sendable {
    enum Event: Sendable, Equatable {
        case response(HTTPMessageText)
        case bytes([UInt8])
        /// The connection ended, whether by a FIN or a reset.
        case ended
        /// What was waited for didn't come.
        case late([UInt8])
        case refused
    }

    var events: [Event] = []
    /// The ports of its connections, in order.
    var ports: [UInt16] = []
    var took = Duration.zero

    var responses: [HTTPMessageText] {
        events.compactMap { if case .response(let message) = $0 { message } else { nil } }
    }
}

/// Runs the steps of a row as a client.
struct ClientScript {
    let row: Row
    let port: UInt16
    private var socket: BlockingSocket?
    private var received: [UInt8] = []
    private var result = ClientEvents()

    init(row: Row, port: UInt16) {
        self.row = row
        self.port = port
    }

    static func run(_ row: Row, port: UInt16) -> ClientEvents {
        var script = ClientScript(row: row, port: port)
        let start = ContinuousClock.now
        for step in row.steps { if !script.perform(step) { break } }
        script.result.took = ContinuousClock.now - start
        return script.result
    }

    /// False when the script can't go on.
    private mutating func perform(_ step: Row.Step) -> Bool {
        switch step {
        case .connect:
            guard let opened = try? BlockingSocket(port: port, limit: .seconds(4)) else {
                result.events.append(.refused)
                return false
            }
            socket = opened
            received = []
            result.ports.append(opened.localPort)
        case .send(let bytes): socket?.send(bytes)
        case .finish: socket?.finish()
        case .reset:
            socket?.resetOnClose()
            socket = nil
        case .pause(let milliseconds): usleep(UInt32(milliseconds) * 1000)
        case .read(let count):
            for _ in 0..<count { if !readResponse() { return false } }
        case .bytes(let count):
            while received.count < count { if !fill() { return false } }
            result.events.append(.bytes(Array(received[0..<count])))
            received.removeFirst(count)
        case .end: return readToEnd()
        }
        return true
    }

    private mutating func fill() -> Bool {
        switch socket?.receive() ?? .end {
        case .bytes(let more):
            received += more
            return true
        case .end, .reset:
            if !received.isEmpty { result.events.append(.bytes(received)) }
            result.events.append(.ended)
        case .late: result.events.append(.late(received))
        }
        received = []
        return false
    }

    private mutating func readResponse() -> Bool {
        while true {
            if let message = HTTPMessageText(received, .init(toHead: row.toHead)) {
                result.events.append(.response(message))
                received.removeFirst(message.count)
                return true
            }
            switch socket?.receive() ?? .end {
            case .bytes(let more): received += more
            case .end, .reset:
                // A body may end with the connection.
                if let message = HTTPMessageText(received, .init(toHead: row.toHead, isAtEnd: true)) {
                    result.events.append(.response(message))
                } else if !received.isEmpty {
                    result.events.append(.bytes(received))
                }
                received = []
                result.events.append(.ended)
                return false
            case .late:
                result.events.append(.late(received))
                return false
            }
        }
    }

    private mutating func readToEnd() -> Bool {
        while fill() {}
        return false
    }
}
