import ProxyTestSupport
import Testing

/// One configuration with the traffic scripts that are run against it.
struct Group: Sendable, CustomTestStringConvertible {
    /// Unique over the table; also the prefix of its clusters' names.
    var name: String
    /// Whether its origins speak HTTP or bytes.
    var originKind = RecordingOrigin.Kind.http
    /// The configuration as the table has it.
    var configuration: Value
    var cases: [Row]

    var testDescription: String { name }

    /// Origins of each cluster, in the order of its endpoints.
    var clusters: [(name: String, origins: [String], fields: Value)] {
        guard let written = configuration["clusters"] else { return [("a", ["a"], [:])] }
        return written.entries.map { entry in
            let origins = entry.value["origins"]?.items.compactMap(\.text) ?? [entry.key]
            let fields = Value.map(entry.value.entries.filter { $0.key != "origins" })
            return (entry.key, origins, fields)
        }
    }

    /// Names of all origins, each once.
    var origins: [String] {
        var result: [String] = []
        for origin in clusters.flatMap(\.origins) where !result.contains(origin) && !origin.hasPrefix("!") {
            result.append(origin)
        }
        return result
    }
}

/// One row of the table: a traffic script, what must come of it, and what is
/// allowed to differ.
struct Row: Sendable {
    /// Something that a client does.
    enum Step: Sendable, Equatable {
        case connect
        case send([UInt8])
        /// Reads complete responses.
        case read(Int)
        case bytes(Int)
        /// Reads to the end of the stream.
        case end
        case finish
        case reset
        case pause(milliseconds: Int)
    }

    var id: String
    var steps: [Step]
    /// The responses to HEAD among those read, by number.
    var toHead = false
    /// What each origin does; the name `*` is for all others.
    var origins: [String: [[OriginStep]]] = [:]
    /// How many arrivals to wait for.
    var arrivals: Int?
    /// The statuses that both must answer, so that a row tests what it means
    /// to; nil wants 200 for each.
    var expected: [Int]?
    /// The least time that the script must take.
    var atLeast: Duration?
    /// What isn't compared.
    var ignored: Set<String> = []
    /// The identifier of a deliberate difference that the row shows.
    var difference: String?
    /// What Petrel answers where they differ; nil expects nothing special.
    var own: [Int]?
}
