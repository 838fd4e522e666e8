internal import Foundation
internal import Glibc

/// Writes to the person at the other end: coloured on a terminal, plain
/// otherwise.
struct Terminal {
    enum Style: String {
        case bold = "1", dim = "2", red = "31", green = "32", yellow = "33", cyan = "36"
    }

    let isColored: Bool

    /// Standard output. `NO_COLOR` turns the colours off, as everywhere.
    static let standard = Terminal(
        isColored: isatty(STDOUT_FILENO) == 1 && ProcessInfo.processInfo.environment["NO_COLOR"] == nil)

    func line(_ text: String = "") {
        FileHandle.standardOutput.write(Data((text + "\n").utf8))
    }

    func styled(_ text: String, _ styles: Style...) -> String {
        guard isColored else { return text }
        return "\u{1b}[\(styles.map(\.rawValue).joined(separator: ";"))m\(text)\u{1b}[0m"
    }

    /// Indents every line of a text.
    func block(_ text: String, indent: String = "    ", style: Style? = nil) {
        for part in text.split(separator: "\n", omittingEmptySubsequences: false) {
            let shown = style.map { styled(String(part), $0) } ?? String(part)
            line(part.isEmpty ? "" : indent + shown)
        }
    }

    /// Standard error, never coloured: it is read by programs and logs as well.
    static func complain(_ text: String) {
        FileHandle.standardError.write(Data((text + "\n").utf8))
    }
}
