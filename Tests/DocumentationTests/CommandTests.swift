import Testing

/// Commands in the pages are copied by readers: each must be one of ours, with
/// options that its own page describes.
struct CommandTests {
    @Test(arguments: Repository.pages)
    func everyCommandOfAPageIsDescribed(path: String) throws {
        for block in try Page(path).blocks where block.language.isEmpty || block.language == "sh" {
            for (offset, line) in block.text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
                guard let command = Self.command(String(line)) else { continue }
                let place = "\(path):\(block.line + offset)"
                guard Repository.exists("docs/commands/\(command.name).md") else {
                    Issue.record("\(place): there is no page of petrel \(command.name)")
                    continue
                }
                let described = try Self.options(of: command.name)
                for option in command.options where !described.contains(option) {
                    Issue.record("\(place): petrel \(command.name) has no option \(option) on its page")
                }
            }
        }
    }

    @Test func aCommandIsTakenApart() {
        let found = Self.command("sudo petrel exec -f a.yaml --as shop/cart -- curl -i --max-time 3 http://a/   # text")
        #expect(found?.name == "exec")
        #expect(found?.options == ["-f", "--as"])
        #expect(Self.command("petrel is up: 3 objects") == nil)
        #expect(Self.command("helm template . | petrel validate -f -")?.options == ["-f"])
        #expect(Self.command("try:    petrel explain http://example.com/")?.name == "explain")
    }

    private struct Command {
        var name: String
        var options: [String]
    }

    /// The first `petrel NAME …` of a line, up to `--`, a comment or a pipe.
    private static func command(_ line: String) -> Command? {
        var words = line.split(separator: " ").map(String.init)[...]
        guard let start = words.firstIndex(of: "petrel") else { return nil }
        words = words[(start + 1)...]
        guard let name = words.popFirst(), name.allSatisfy({ $0.isLowercase || $0 == "-" }), name != "is" else { return nil }
        let end = words.firstIndex { ["--", "|", ">", "&"].contains($0) || $0.hasPrefix("#") } ?? words.endIndex
        return Command(name: name, options: words[..<end].filter { $0.hasPrefix("-") && $0 != "-" })
    }

    /// The options on a command's page; those of `run` apply wherever a configuration is read.
    private static func options(of name: String) throws -> Set<String> {
        let pages = try [name, "run"].map { try Repository.text("docs/commands/\($0).md") }
        return Set(pages.joined().matches(of: /(?:^|[\s`(\[])(--?[a-z][a-z-]*)/).map { String($0.1) })
    }
}
