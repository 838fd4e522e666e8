internal import MeshAPI

/// The declared objects, in the order in which they came. A copy with one object
/// replaced shares the others.
struct ObjectTable: Sendable {
    /// An object in a place of its own, so that copies of the table are cheap.
    private final class Place: Sendable {
        let object: MeshObject

        init(_ object: MeshObject) { self.object = object }
    }

    private var places: [Place]
    private var positions: [ObjectReference: Int]
    /// Whether some objects are the management plane's to translate.
    private(set) var hasManagementObjects: Bool

    init(_ objects: [MeshObject]) {
        places = objects.map(Place.init)
        positions = Dictionary(
            objects.enumerated().map { ($1.reference, $0) }, uniquingKeysWith: { first, _ in first })
        hasManagementObjects = objects.contains(where: Self.isManagement)
    }

    var count: Int { places.count }

    var all: [MeshObject] { places.map(\.object) }

    /// - Returns: The object as it was before.
    mutating func apply(_ change: ObjectChange) -> MeshObject? {
        let position = positions[change.reference]
        let old = position.map { places[$0].object }
        switch (change, position) {
        case (.put(let object), let position?): places[position] = Place(object)
        case (.put(let object), nil):
            positions[object.reference] = places.count
            places.append(Place(object))
            if Self.isManagement(object) { hasManagementObjects = true }
        case (.remove, _?): self = ObjectTable(all.filter { $0.reference != change.reference })
        case (.remove, nil): break
        }
        return old
    }

    /// Kinds of Gloo Mesh, and others whose translation depends on many objects.
    private static func isManagement(_ object: MeshObject) -> Bool {
        object.group.hasSuffix(".solo.io")
    }
}
