/// Cuts a YAML stream into its documents, so that a broken one can't hide the others.
enum DocumentSplitter {
    /// A document: its bytes and the line on which it begins.
    struct Chunk {
        var range: Range<Int>
        var firstLine: Int32
    }

    /// The documents of a text. Lines that begin with `---` separate them, as in kubectl.
    static func split(_ text: UnsafeBufferPointer<UInt8>) -> [Chunk] {
        var chunks: [Chunk] = []
        var start = 0
        var startLine: Int32 = 1
        var line: Int32 = 1
        var position = 0
        var content = false
        var directives = false
        while position < text.count {
            let end = text[position...].firstIndex(of: UInt8(ascii: "\n")) ?? text.count
            if isSeparator(text, position, end), !directives || content {
                if content { chunks.append(Chunk(range: start..<position, firstLine: startLine)) }
                start = position
                startLine = line
                content = end - position > 4
                directives = false
            } else if !content, position < end {
                let first = text[position]
                if first == UInt8(ascii: "%") {
                    directives = true
                } else if first != UInt8(ascii: "#"), !isBlank(text[position..<end]) {
                    content = true
                    if directives, isSeparator(text, position, end) { directives = false }
                }
            }
            position = end + 1
            line += 1
        }
        if content { chunks.append(Chunk(range: start..<text.count, firstLine: startLine)) }
        return chunks
    }

    private static func isSeparator(_ text: UnsafeBufferPointer<UInt8>, _ start: Int, _ end: Int) -> Bool {
        let dash = UInt8(ascii: "-")
        guard end - start >= 3, text[start] == dash, text[start + 1] == dash, text[start + 2] == dash else { return false }
        return end - start == 3 || [UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r")].contains(text[start + 3])
    }

    private static func isBlank(_ line: Slice<UnsafeBufferPointer<UInt8>>) -> Bool {
        line.allSatisfy { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") || $0 == UInt8(ascii: "\r") }
    }
}
