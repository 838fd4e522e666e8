public import MeshAPI

/// Versioned objects with optimistic concurrency and watches.
///
/// Every component above a store sees this protocol and can't tell which store
/// it is. An object's `metadata.resourceVersion` is the revision of its last
/// change; a write that names another version fails with
/// ``StoreError/Code/conflict``.
public protocol ConfigStore: Sendable {
    /// Every object, at one revision.
    func snapshot() async -> StoreSnapshot

    /// Adds an object.
    ///
    /// - Throws: ``StoreError/Code/alreadyExists``.
    /// - Returns: The object with its resource version, generation and uid.
    @discardableResult
    func create(_ object: MeshObject) async throws(StoreError) -> MeshObject

    /// Replaces an object. An empty resource version replaces whatever is there.
    ///
    /// - Throws: ``StoreError/Code/notFound``, ``StoreError/Code/conflict``.
    @discardableResult
    func update(_ object: MeshObject) async throws(StoreError) -> MeshObject

    /// Removes an object.
    ///
    /// - Throws: ``StoreError/Code/notFound``.
    func delete(_ reference: ObjectReference) async throws(StoreError)

    /// The changes after a revision, as they happen. The stream ends when its
    /// consumer goes away.
    ///
    /// - Throws: ``StoreError/Code/expired`` when the store no longer remembers
    ///   every change since `revision`; take a snapshot again then.
    func changes(after revision: UInt64) async throws(StoreError) -> AsyncStream<StoreChange>
}
