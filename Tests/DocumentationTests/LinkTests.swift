import Foundation
import Testing

struct LinkTests {
    @Test(arguments: Repository.pages)
    func everyRelativeLinkLeadsSomewhere(path: String) throws {
        let page = try Page(path)
        for link in page.links where !link.target.contains("://") && !link.target.hasPrefix("mailto:") {
            let parts = link.target.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            let target = parts[0].isEmpty ? path : Self.resolve(parts[0], from: path)
            guard let target, Repository.exists(target) else {
                Issue.record("\(path):\(link.line): \(link.target) leads nowhere")
                continue
            }
            guard parts.count == 2, target.hasSuffix(".md") else { continue }
            #expect(try Page(target).anchors.contains(parts[1]), "\(path):\(link.line): \(target) has no heading #\(parts[1])")
        }
    }

    @Test func noLinkLeavesTheRepository() {
        #expect(Self.resolve("../x.md", from: "docs/a.md") == "x.md")
        #expect(Self.resolve("../../x.md", from: "docs/a.md") == nil)
    }

    /// A link's target relative to the root; nil when it climbs out of it.
    private static func resolve(_ target: String, from page: String) -> String? {
        var parts = page.split(separator: "/").dropLast().map(String.init)
        for part in target.split(separator: "/").map(String.init) where part != "." {
            if part != ".." {
                parts.append(part)
            } else if parts.popLast() == nil {
                return nil
            }
        }
        return parts.joined(separator: "/")
    }
}
