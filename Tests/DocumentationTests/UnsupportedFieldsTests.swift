import MeshAPI
import Testing

/// The page of fields without effect is the list that the program has.
struct UnsupportedFieldsTests {
    static let page = "docs/reference/unsupported.md"

    @Test func thePageListsWhatTheProgramListsAndNothingElse() throws {
        let page = try Page(Self.page)
        let kinds = Set(FieldsWithoutEffect.all.map(\.kind))
        for kind in kinds.sorted() {
            let section = try #require(page.section(kind), "\(kind) has no section")
            let rows = section.lines.filter { $0.hasPrefix("| `") || $0.hasPrefix("| everything") }
            let expected = FieldsWithoutEffect.all.filter { $0.kind == kind }
                .map { "| \($0.path.isEmpty ? "everything" : "`\($0.path)`") | \($0.reason) |" }
            #expect(rows.sorted() == expected.sorted(), "\(kind)")
        }
        let sections = page.headings.filter { heading in heading.first?.isUppercase == true && !heading.contains(" ") }
        #expect(Set(sections).subtracting(kinds).isEmpty)
    }
}
