internal import NIOCore
internal import Synchronization

/// A listening channel and the tasks that serve its connections; stopping it
/// ends all of them.
final class ServerTask: Sendable {
    private struct State {
        var isStopped = false
        var nextIdentifier = 0
        var tasks: [Int: Task<Void, Never>] = [:]
        var listener: (any Channel)?
    }

    private let state = Mutex(State())

    deinit {
        let (listener, tasks) = drain()
        for task in tasks { task.cancel() }
        listener?.close(promise: nil)
    }

    /// Takes over the listening channel.
    func adopt(_ listener: any Channel) {
        state.withLock { $0.listener = listener }
    }

    /// Serves one connection in a task of its own.
    ///
    /// Called where the connection is set up, so that no connection is ever
    /// accepted without being served and closed; a connection that outruns
    /// the server's end is served by a task that is cancelled already.
    static func serve(
        on server: ServerTask?,
        _ connection: @escaping @Sendable () async -> Void
    ) {
        if let server {
            server.serve(connection)
        } else {
            Task { await connection() }.cancel()
        }
    }

    private func serve(_ connection: @escaping @Sendable () async -> Void) {
        state.withLock { state in
            state.nextIdentifier += 1
            let identifier = state.nextIdentifier
            let task = Task { [weak self] in
                await connection()
                self?.forget(identifier)
            }
            if state.isStopped { task.cancel() }
            state.tasks[identifier] = task
        }
    }

    /// Stops listening and waits until every connection has ended.
    func stop() async {
        let (listener, tasks) = drain()
        try? await listener?.close()
        for task in tasks { task.cancel() }
        for task in tasks { await task.value }
    }

    private func forget(_ identifier: Int) {
        state.withLock { _ = $0.tasks.removeValue(forKey: identifier) }
    }

    private func drain() -> ((any Channel)?, [Task<Void, Never>]) {
        state.withLock { state in
            state.isStopped = true
            return (state.listener, Array(state.tasks.values))
        }
    }
}
