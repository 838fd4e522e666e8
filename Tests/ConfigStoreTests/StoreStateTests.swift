import ConfigStore
import MeshAPI
import Testing

@Suite struct StoreStateTests {
    func entry(_ name: String, host: String = "a.example") -> MeshObject {
        var spec = ServiceEntry()
        spec.hosts = [host]
        return MeshObject(.serviceEntry(spec), metadata: ObjectMeta(name: name, namespace: "default"))
    }

    @Test func everyChangeRaisesTheRevision() throws {
        var state = StoreState()
        let created = try state.create(entry("a"))
        #expect(created.revision == 1)
        #expect(created.object.metadata.resourceVersion == "1")
        #expect(created.object.metadata.generation == 1)
        let updated = try state.update(entry("a", host: "b.example"))
        #expect(updated.revision == 2)
        #expect(updated.object.metadata.generation == 2)
        #expect(try state.update(entry("a", host: "b.example")).object.metadata.generation == 2)
        #expect(try state.delete(entry("a").reference).kind == .deleted)
        #expect(state.snapshot.objects.isEmpty)
        #expect(state.snapshot.revision == 4)
    }

    @Test func aWriterThatReadAnOlderVersionIsRefused() throws {
        var state = StoreState()
        let first = try state.create(entry("a")).object
        _ = try state.update(first)
        let error = #expect(throws: StoreError.self) { try state.update(first) }
        #expect(error?.code == .conflict)
    }

    @Test func whatIsThereOrMissingIsSaid() throws {
        var state = StoreState()
        #expect(#expect(throws: StoreError.self) { try state.update(entry("a")) }?.code == .notFound)
        #expect(#expect(throws: StoreError.self) { try state.delete(entry("a").reference) }?.code == .notFound)
        _ = try state.create(entry("a"))
        #expect(#expect(throws: StoreError.self) { try state.create(entry("a")) }?.code == .alreadyExists)
    }

    @Test func aWatchResumesWhereItStopped() throws {
        var state = StoreState(historyLimit: 2)
        for name in ["a", "b", "c"] { _ = try state.create(entry(name)) }
        #expect(try state.changes(after: 1).map(\.object.metadata.name) == ["b", "c"])
        #expect(try state.changes(after: 3).isEmpty)
        #expect(#expect(throws: StoreError.self) { try state.changes(after: 0) }?.code == .expired)
    }

    @Test func aWatchSeesWhatItMissedAndWhatComes() async throws {
        let store = MemoryStore()
        try await store.create(entry("a"))
        var changes = try await store.changes(after: 0).makeAsyncIterator()
        try await store.create(entry("b"))
        #expect(await changes.next()?.object.metadata.name == "a")
        #expect(await changes.next()?.object.metadata.name == "b")
    }
}
