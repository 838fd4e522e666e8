public import MeshAPI

/// What the management plane makes of the objects it is given.
public struct Translation: Sendable, Equatable {
    /// The Istio objects, in the order of their references.
    public var objects: [MeshObject]
    /// What is wrong with the Gloo objects; an object with an error produces
    /// nothing, and the others are not affected.
    public var violations: [Violation]

    public init(objects: [MeshObject] = [], violations: [Violation] = []) {
        self.objects = objects
        self.violations = violations
    }
}
