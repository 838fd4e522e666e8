import Foundation

/// A page of Markdown, as far as these tests look into it.
struct Page {
    struct Link {
        var target: String
        var line: Int
    }

    struct Block {
        /// The word behind the fence: `yaml`, or nothing.
        var language: String
        var text: String
        var line: Int
    }

    let path: String
    let lines: [String]
    private(set) var headings: [String] = []
    private(set) var links: [Link] = []
    private(set) var blocks: [Block] = []

    init(_ path: String) throws {
        self.init(path: path, text: try Repository.text(path))
    }

    init(path: String, text: String) {
        self.path = path
        lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        var block: Block?
        for (index, line) in lines.enumerated() {
            if line.hasPrefix("```") {
                if let finished = block { blocks.append(finished) }
                block = block == nil ? Block(language: String(line.dropFirst(3)), text: "", line: index + 2) : nil
            } else if block != nil {
                block?.text += line + "\n"
            } else {
                if line.hasPrefix("#") { headings.append(line.drop { $0 == "#" }.trimmingCharacters(in: .whitespaces)) }
                links += Self.targets(line).map { Link(target: $0, line: index + 1) }
            }
        }
    }

    /// The names by which a link may point to a heading, as GitHub makes them.
    var anchors: Set<String> {
        Set(
            headings.map { heading in
                String(
                    heading.lowercased().compactMap { character -> Character? in
                        if character == " " { return "-" }
                        return character.isLetter || character.isNumber || character == "-" || character == "_" ? character : nil
                    })
            })
    }

    /// The part of the page below a heading, up to the next of the same level.
    func section(_ heading: String) -> Page? {
        guard let start = lines.firstIndex(where: { $0.hasPrefix("## ") && $0.dropFirst(3) == heading[...] }) else { return nil }
        let rest = lines[(start + 1)...]
        let end = rest.firstIndex { $0.hasPrefix("## ") } ?? rest.endIndex
        return Page(path: path, text: rest[..<end].joined(separator: "\n"))
    }

    /// `(…)` behind `[…]`, outside of code spans.
    private static func targets(_ line: String) -> [String] {
        var visible = ""
        for (index, part) in line.split(separator: "`", omittingEmptySubsequences: false).enumerated() where index % 2 == 0 {
            visible += part
        }
        return visible.matches(of: /\]\(([^)\s]+)\)/).map { String($0.1) }
    }
}
