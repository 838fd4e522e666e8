internal import Synchronization

/// A value behind a lock that tasks can wait on: every change is offered to
/// every waiter's condition, so nothing polls and nothing sleeps.
final class ObservedState<Value: Sendable>: Sendable {
    private struct Waiter {
        let isSatisfied: @Sendable (Value) -> Bool
        let continuation: CheckedContinuation<Value, any Error>
    }

    private struct Storage {
        var value: Value
        var nextIdentifier = 0
        var waiters: [Int: Waiter] = [:]
        /// Waits given up before their continuation was stored.
        var abandoned: [Int: any Error] = [:]
    }

    private let storage: Mutex<Storage>

    init(_ value: Value) {
        storage = Mutex(Storage(value: value))
    }

    deinit {
        let waiters = storage.withLock { storage in
            defer { storage.waiters = [:] }
            return storage.waiters
        }
        for waiter in waiters.values {
            waiter.continuation.resume(throwing: CancellationError())
        }
    }

    /// The value now.
    var value: Value { storage.withLock { $0.value } }

    /// Changes the value and wakes every waiter whose condition now holds.
    @discardableResult
    func update<Result: Sendable>(
        _ change: @Sendable (inout Value) -> Result
    ) -> Result {
        let (result, value, woken) = storage.withLock {
            storage -> (Result, Value, [Waiter]) in
            let result = change(&storage.value)
            let woken = storage.waiters.filter {
                $0.value.isSatisfied(storage.value)
            }
            for identifier in woken.keys {
                storage.waiters[identifier] = nil
            }
            return (result, storage.value, Array(woken.values))
        }
        for waiter in woken { waiter.continuation.resume(returning: value) }
        return result
    }

    /// Waits until the condition holds and returns the value it held for.
    ///
    /// - Parameters:
    ///   - what: What is awaited, for the error's sentence.
    ///   - timeout: The watchdog's limit; nil waits for ever.
    /// - Throws: ``TestKitError`` after the limit, `CancellationError` when
    ///   the task is cancelled.
    @discardableResult
    func wait(
        for what: String,
        timeout: Duration?,
        until condition: @escaping @Sendable (Value) -> Bool
    ) async throws -> Value {
        let identifier = storage.withLock { storage in
            storage.nextIdentifier += 1
            return storage.nextIdentifier
        }
        let watchdog = timeout.map { limit in
            Task { [weak self] in
                try await Task.sleep(for: limit)
                self?.abandon(
                    identifier,
                    TestKitError(.timeout, "no \(what) within \(limit)"))
            }
        }
        defer {
            watchdog?.cancel()
            storage.withLock { _ = $0.abandoned.removeValue(forKey: identifier) }
        }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                register(identifier, condition, continuation)
            }
        } onCancel: {
            abandon(identifier, CancellationError())
        }
    }

    private func register(
        _ identifier: Int,
        _ condition: @escaping @Sendable (Value) -> Bool,
        _ continuation: CheckedContinuation<Value, any Error>
    ) {
        let settled = storage.withLock {
            storage -> Result<Value, any Error>? in
            if let error = storage.abandoned[identifier] {
                return .failure(error)
            }
            if condition(storage.value) { return .success(storage.value) }
            storage.waiters[identifier] = Waiter(
                isSatisfied: condition, continuation: continuation)
            return nil
        }
        if let settled { continuation.resume(with: settled) }
    }

    private func abandon(_ identifier: Int, _ error: any Error) {
        let waiter = storage.withLock { storage in
            let waiter = storage.waiters.removeValue(forKey: identifier)
            if waiter == nil { storage.abandoned[identifier] = error }
            return waiter
        }
        waiter?.continuation.resume(throwing: error)
    }
}
