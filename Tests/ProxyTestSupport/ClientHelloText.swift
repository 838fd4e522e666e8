/// TLS ClientHellos for tests that only look at their names.
public enum ClientHelloText {
    /// A record with one ClientHello of TLS 1.2 that offers one cipher suite.
    ///
    /// - Parameters:
    ///   - serverName: The server name extension; nil leaves it out.
    ///   - protocols: The ALPN extension; empty leaves it out.
    public static func record(serverName: String?, protocols: [String] = []) -> [UInt8] {
        var extensions: [UInt8] = []
        if let serverName {
            let name = Array(serverName.utf8)
            extensions += field(0, short(name.count + 3) + [0] + short(name.count) + name)
        }
        if !protocols.isEmpty {
            let list = protocols.flatMap { [UInt8($0.utf8.count)] + Array($0.utf8) }
            extensions += field(16, short(list.count) + list)
        }
        extensions += field(43, [2, 3, 3])
        var body: [UInt8] = [3, 3]
        body += [UInt8](repeating: 7, count: 32)
        body += [0] + short(2) + [0xc0, 0x2f] + [1, 0]
        body += short(extensions.count) + extensions
        let message = [1, UInt8(body.count >> 16)] + short(body.count & 0xffff) + body
        return [22, 3, 1] + short(message.count) + message
    }

    private static func field(_ type: Int, _ value: [UInt8]) -> [UInt8] {
        short(type) + short(value.count) + value
    }

    private static func short(_ value: Int) -> [UInt8] { [UInt8(value >> 8 & 0xff), UInt8(value & 0xff)] }
}
