internal import Crypto

/// Names of objects made from text that is no name.
enum SanitizedName {
    /// Gloo Mesh's rule: separators become `-`, quotes and brackets go, and what is
    /// longer than 63 characters keeps its first 31 and gets 31 digits of its MD5.
    static func of(_ text: String) -> String {
        var mapped = ""
        for character in text {
            switch character {
            case "*", "/", ".", ":", "_", " ": mapped.append("-")
            case "[", "]", "\n", "\"", "'": continue
            default: mapped.append(character)
            }
        }
        guard mapped.utf8.count > 63 else { return mapped.lowercased() }
        let digest = Insecure.MD5.hash(data: Array(mapped.utf8)).flatMap { byte in
            [byte >> 4, byte & 15].map { Character(String($0, radix: 16)) }
        }
        return (String(mapped.prefix(31)) + "-" + String(digest.prefix(31))).lowercased()
    }
}
