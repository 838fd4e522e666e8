public import MeshAPI

/// A store that lives and dies with its process.
public actor MemoryStore: ConfigStore {
    private var state: StoreState
    private var watchers: [UInt64: AsyncStream<StoreChange>.Continuation] = [:]
    private var nextWatcher: UInt64 = 0

    /// - Parameter historyLimit: How many changes a watch may lag behind. Default 4096.
    public init(historyLimit: Int = 4096) {
        state = StoreState(historyLimit: historyLimit)
    }

    public func snapshot() -> StoreSnapshot { state.snapshot }

    @discardableResult
    public func create(_ object: MeshObject) throws(StoreError) -> MeshObject {
        publish(try state.create(object))
    }

    @discardableResult
    public func update(_ object: MeshObject) throws(StoreError) -> MeshObject {
        publish(try state.update(object))
    }

    public func delete(_ reference: ObjectReference) throws(StoreError) {
        publish(try state.delete(reference))
    }

    public func changes(after revision: UInt64) throws(StoreError) -> AsyncStream<StoreChange> {
        let missed = try state.changes(after: revision)
        let (stream, continuation) = AsyncStream<StoreChange>.makeStream()
        for change in missed { continuation.yield(change) }
        let id = nextWatcher
        nextWatcher += 1
        watchers[id] = continuation
        continuation.onTermination = { [weak self] _ in
            Task { await self?.forget(id) }
        }
        return stream
    }

    @discardableResult
    private func publish(_ change: StoreChange) -> MeshObject {
        for continuation in watchers.values { continuation.yield(change) }
        return change.object
    }

    private func forget(_ id: UInt64) {
        watchers[id] = nil
    }
}
