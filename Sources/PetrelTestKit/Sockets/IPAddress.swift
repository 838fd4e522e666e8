internal import Glibc

/// Conversions between an IP address's text and its bytes.
enum IPAddress {
    /// The 4 or 16 bytes of an address in network order, or nil if the text
    /// is not an address.
    static func bytes(of text: String) -> [UInt8]? {
        bytes(of: text, AF_INET, 4) ?? bytes(of: text, AF_INET6, 16)
    }

    private static func bytes(
        of text: String, _ family: Int32, _ count: Int
    ) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: count)
        let status = bytes.withUnsafeMutableBytes {
            inet_pton(family, text, $0.baseAddress)
        }
        return status == 1 ? bytes : nil
    }

    /// The text of an address of 4 or 16 bytes, or nil for another length.
    static func text(of bytes: [UInt8]) -> String? {
        guard bytes.count == 4 || bytes.count == 16 else { return nil }
        let family = bytes.count == 4 ? AF_INET : AF_INET6
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        let length = socklen_t(text.count)
        let found = bytes.withUnsafeBytes { source in
            inet_ntop(family, source.baseAddress, &text, length) != nil
        }
        guard found else { return nil }
        return String(
            decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)),
            as: UTF8.self)
    }
}
