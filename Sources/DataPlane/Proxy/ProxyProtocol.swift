internal import CPetrelSystem

/// The header that tells an upstream who its client really is.
enum ProxyProtocol {
    /// Writes a header of version 1 (text) or 2 (binary).
    static func write(_ writer: inout ByteWriter, version: UInt8, client: petrel_address, target: petrel_address) {
        if version == 1 { text(&writer, client, target) } else { binary(&writer, client, target) }
    }

    private static func text(_ writer: inout ByteWriter, _ client: petrel_address, _ target: petrel_address) {
        guard client.family != 0, client.family == target.family else { return writer.text("PROXY UNKNOWN\r\n") }
        writer.text(client.family == 4 ? "PROXY TCP4 " : "PROXY TCP6 ")
        writer.ip(client)
        writer.byte(0x20)
        writer.ip(target)
        writer.byte(0x20)
        writer.number(UInt64(client.port))
        writer.byte(0x20)
        writer.number(UInt64(target.port))
        writer.text("\r\n")
    }

    private static func binary(_ writer: inout ByteWriter, _ client: petrel_address, _ target: petrel_address) {
        let signature: [UInt8] = [0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a]
        writer.bytes(signature)
        guard client.family != 0, client.family == target.family else {
            writer.bytes([0x20, 0x00, 0x00, 0x00])  // LOCAL: nothing is known.
            return
        }
        let width = client.family == 4 ? 4 : 16
        writer.byte(0x21)  // PROXY
        writer.byte(client.family == 4 ? 0x11 : 0x21)  // over TCP
        writer.byte(0)
        writer.byte(UInt8(width * 2 + 4))
        for address in [client, target] {
            withUnsafeBytes(of: address.octets) { writer.bytes(UnsafeRawBufferPointer(rebasing: $0[0..<width])) }
        }
        for port in [client.port, target.port] {
            writer.byte(UInt8(port >> 8))
            writer.byte(UInt8(port & 0xff))
        }
    }
}
