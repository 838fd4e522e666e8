/// A fault in the text of a file, before anything is known about objects.
struct TextProblem: Error, Sendable, Equatable {
    var code: ViolationCode
    var message: String
    var line: Int32
}

/// Bounds on what a file may ask of the reader.
struct ReadingLimits: Sendable {
    /// The size of one document in bytes; a list of all objects of a large cluster stays below it.
    var documentBytes = 64 << 20
    /// How deep lists and objects may be nested.
    var depth = 100
    /// How many values the aliases of one document may add up to.
    var aliasedValues = 100_000
}
