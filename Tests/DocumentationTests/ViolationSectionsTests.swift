import MeshAPI
import Testing

/// Each section holds the rule's own sentence, an example that breaks the
/// rule, and the same example mended.
struct ViolationSectionsTests {
    static let page = "docs/violations/README.md"

    /// Their examples would be a page long, aren't text, or take several files.
    static let withoutExample: Set<ViolationCode> = [.documentTooLarge, .nestedTooDeep, .unreadableFile, .duplicateObject]

    @Test(arguments: ViolationCode.allCases)
    func everyCodeHasItsSection(code: ViolationCode) throws {
        let section = try #require(try Page(Self.page).section(code.rawValue))
        #expect(section.lines.contains(code.explanation))
    }

    @Test func everySectionBelongsToACode() throws {
        let sections = try Page(Self.page).headings.filter { $0.hasPrefix("PTR") }
        #expect(sections == ViolationCode.allCases.map(\.rawValue))
    }

    @Test(arguments: ViolationCode.allCases.filter { !withoutExample.contains($0) })
    func theExampleBreaksTheRuleAndTheMendedOneNone(code: ViolationCode) throws {
        let section = try #require(try Page(Self.page).section(code.rawValue))
        let examples = section.blocks.filter { $0.language == "yaml" }
        try #require(examples.count == 2)
        let broken = Self.violations(examples[0].text)
        #expect(broken.contains { $0.code == code.rawValue }, "found \(broken)")
        // Kinds without effect have rules as well.
        let mended = Self.violations(examples[1].text).filter { $0.code != ViolationCode.fieldWithoutEffect.rawValue || code == .fieldWithoutEffect }
        #expect(mended.isEmpty)
    }

    static func violations(_ yaml: String) -> [Violation] {
        let read = ObjectReader.read(yaml: yaml, file: "example.yaml")
        return read.violations + read.objects.flatMap(Validator.validate)
    }
}
