/// An answer of our own in gRPC's form: nothing but a head that says how the
/// call went.
struct GRPCAnswer: BitwiseCopyable {
    let code: UInt8

    init(code: UInt8) { self.code = code }

    init(http status: UInt16) { code = GRPCStatus.status(ofHTTP: status) }

    /// Writes the lines of an answer that has nothing but a status. The
    /// message is percent-encoded, and one line of what people would read.
    func write(_ writer: inout ByteWriter, message: String) {
        writer.text("content-type: application/grpc\r\ngrpc-status: ")
        writer.number(UInt64(code))
        writer.text("\r\n")
        guard !message.isEmpty else { return }
        writer.text("grpc-message: ")
        for byte in message.utf8.prefix(1024) {
            if byte == 0x0a { break }
            if byte >= 0x20, byte < 0x7f, byte != 0x25 {
                writer.byte(byte)
            } else {
                writer.byte(0x25)
                writer.hex(UInt64(byte), width: 2)
            }
        }
        writer.text("\r\n")
    }
}
