public import MeshAPI

/// The rules of a store as a value: a write goes in, a change or a refusal comes
/// out. No I/O, no clock, no locks.
public struct StoreState: Sendable {
    /// What the store holds now.
    public private(set) var snapshot = StoreSnapshot()
    /// The newest changes, oldest first, for watches that resume.
    private var history: [StoreChange] = []
    private let historyLimit: Int

    /// - Parameter historyLimit: How many changes are remembered. Default 4096.
    public init(historyLimit: Int = 4096) {
        self.historyLimit = historyLimit
    }

    /// See ``ConfigStore/create(_:)``.
    public mutating func create(_ object: MeshObject) throws(StoreError) -> StoreChange {
        let reference = object.reference
        guard snapshot.objects[reference] == nil else {
            throw StoreError(code: .alreadyExists, object: reference, message: "\(reference) exists already.")
        }
        var stored = object
        stored.metadata.generation = 1
        return record(.added, stored)
    }

    /// See ``ConfigStore/update(_:)``. A change of the spec alone raises the generation.
    public mutating func update(_ object: MeshObject) throws(StoreError) -> StoreChange {
        let reference = object.reference
        guard let current = snapshot.objects[reference] else {
            throw StoreError(code: .notFound, object: reference, message: "There is no \(reference).")
        }
        let expected = object.metadata.resourceVersion
        guard expected.isEmpty || expected == current.metadata.resourceVersion else {
            throw StoreError(
                code: .conflict, object: reference,
                message: "\(reference) was changed since version \(expected) was read; it is at \(current.metadata.resourceVersion).")
        }
        var stored = object
        stored.metadata.generation = current.metadata.generation + (object.spec == current.spec ? 0 : 1)
        return record(.modified, stored)
    }

    /// See ``ConfigStore/delete(_:)``.
    public mutating func delete(_ reference: ObjectReference) throws(StoreError) -> StoreChange {
        guard let current = snapshot.objects[reference] else {
            throw StoreError(code: .notFound, object: reference, message: "There is no \(reference).")
        }
        return record(.deleted, current)
    }

    /// The remembered changes after `revision`.
    public func changes(after revision: UInt64) throws(StoreError) -> [StoreChange] {
        let oldestKnown = history.first.map { $0.revision - 1 } ?? snapshot.revision
        guard revision >= oldestKnown else {
            throw StoreError(
                code: .expired, object: nil,
                message: "Revision \(revision) is too old; the changes since \(oldestKnown) are known.")
        }
        return history.filter { $0.revision > revision }
    }

    private mutating func record(_ kind: StoreChange.Kind, _ object: MeshObject) -> StoreChange {
        snapshot.revision += 1
        var stored = object
        stored.metadata.resourceVersion = String(snapshot.revision)
        snapshot.objects[stored.reference] = kind == .deleted ? nil : stored
        let change = StoreChange(revision: snapshot.revision, kind: kind, object: stored)
        history.append(change)
        if history.count > historyLimit { history.removeFirst(history.count - historyLimit) }
        return change
    }
}
