internal import Synchronization

/// Carries one value from a task to the thread that waits for it.
final class ResultBox<Value: Sendable>: Sendable {
    private let value = Mutex<Value?>(nil)

    func set(_ new: Value) {
        value.withLock { $0 = new }
    }

    /// The value; the semaphore orders this after ``set(_:)``.
    func take() -> Value {
        guard let value = value.withLock({ $0 }) else {
            preconditionFailure("taken before the task had finished")
        }
        return value
    }
}
