import Foundation
import Testing

/// The table itself, without any proxy.
@Suite("The differential table")
struct TableTests {
    @Test("is well formed, and every row has a name of its own")
    func wellFormed() throws {
        let groups = try Table.read()
        let rows = groups.flatMap { $0.cases.map(\.id) }
        for names in [rows, groups.map(\.name)] {
            let twice = Dictionary(grouping: names, by: \.self).filter { $0.value.count > 1 }.keys
            #expect(twice.isEmpty)
        }
        #expect(rows.count >= 400)
        for known in try Table.readDisagreements().keys {
            #expect(rows.contains(known) || groups.contains { $0.name == known }, "\(known) is no row")
        }
    }

    @Test("deliberate differences are those of docs/data-plane.md, and so are known disagreements")
    func documented() throws {
        let rows = try Table.read().flatMap(\.cases)
        let differences = Set(rows.compactMap(\.difference)).union(Comparison.rules)
        let documented = try Self.identifiers(under: "## Where it differs from Envoy, on purpose")
        #expect(differences == documented)
        #expect(
            Set(try Table.readDisagreements().values) == (try Self.identifiers(under: "### Known disagreements")))
    }

    /// The identifiers in the first column of the first table under a heading;
    /// rows without one are shown by other tests.
    private static func identifiers(under heading: String) throws -> Set<String> {
        let page = Table.directory.deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "docs/data-plane.md")
        let text = try String(contentsOf: page, encoding: .utf8)
        let start = try #require(text.range(of: heading)).upperBound
        let rows = text[start...].split(separator: "\n").drop { !$0.hasPrefix("|") }.prefix { $0.hasPrefix("|") }
        return Set(
            rows.dropFirst(2).compactMap { row in
                let cell = row.split(separator: "|", omittingEmptySubsequences: false)[1].trimmingCharacters(in: .whitespaces)
                return cell.hasPrefix("`") ? cell.trimmingCharacters(in: CharacterSet(charactersIn: "`")) : nil
            })
    }
}
