import Testing
import TrafficModel

struct ReasonPagesTests {
    static let reasons = Reason.allCases.filter { $0 != .none }

    @Test(arguments: reasons)
    func everyReasonHasItsPage(reason: Reason) throws {
        let page = try Page("docs/reasons/\(reason.code).md")
        #expect(page.lines.first == "# \(reason.code)")
        let row = try #require(page.lines.first { $0.hasPrefix("| ") && $0.contains("`\(reason.responseFlag)`") })
        if reason.status == 0 {
            #expect(row.hasPrefix("| none"))
        } else {
            #expect(row.hasPrefix("| \(reason.status) | `x-petrel-reason: \(reason.code)` |"))
        }
    }

    @Test(arguments: reasons)
    func theTableListsFlagAndStatus(reason: Reason) throws {
        let status = reason.status == 0 ? "none" : "\(reason.status)"
        let start = "| [\(reason.code)](\(reason.code).md) | `\(reason.responseFlag)` | \(status) | "
        #expect(try Page("docs/reasons/README.md").lines.contains { $0.hasPrefix(start) && $0.count > start.count + 10 })
    }

    @Test func everyPageBelongsToAReason() {
        let expected = Set(Self.reasons.map { "docs/reasons/\($0.code).md" })
        #expect(Set(Repository.files(below: "docs/reasons", suffix: ".md")) == expected.union(["docs/reasons/README.md"]))
    }
}
