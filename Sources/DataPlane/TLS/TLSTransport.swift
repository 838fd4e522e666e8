internal import CNIOBoringSSL
internal import CPetrelSystem

/// The bytes below TLS: one for each worker, lent to whichever connection
/// is being served.
///
/// BoringSSL reads a record's five-byte header and its body separately. The
/// transport reads a whole buffer from the socket at once and gathers what
/// is written, so a response costs one `recv` and a request one `send`. It
/// lies behind a stable pointer, because BoringSSL's callbacks get it.
struct TLSTransport {
    static let inputCapacity = 32 * 1024
    static let outputCapacity = 256 * 1024

    private(set) var descriptor: Int32 = -1
    let input: UnsafeMutablePointer<UInt8>
    private(set) var inputStart = 0
    private(set) var inputEnd = 0
    /// A read came back short: the socket has no more for now.
    private(set) var drained = false
    private(set) var ended = false
    private(set) var failure: Int32 = 0
    let output: UnsafeMutablePointer<UInt8>
    private(set) var outputCount = 0

    private init() {
        input = .allocate(capacity: Self.inputCapacity)
        output = .allocate(capacity: Self.outputCapacity)
    }

    static func make() -> UnsafeMutablePointer<TLSTransport> {
        let pointer = UnsafeMutablePointer<TLSTransport>.allocate(capacity: 1)
        pointer.initialize(to: TLSTransport())
        return pointer
    }

    static func destroy(_ pointer: UnsafeMutablePointer<TLSTransport>) {
        pointer.pointee.input.deallocate()
        pointer.pointee.output.deallocate()
        pointer.deallocate()
    }

    /// Lends the transport to a connection. `canRead` false means that the
    /// socket is known to be drained.
    mutating func lend(to descriptor: Int32, leftover: UnsafeRawBufferPointer, canRead: Bool) {
        self.descriptor = descriptor
        drained = !canRead
        ended = false
        failure = 0
        outputCount = 0
        inputStart = 0
        inputEnd = min(leftover.count, Self.inputCapacity)
        if let from = leftover.baseAddress {
            UnsafeMutableRawPointer(input).copyMemory(from: from, byteCount: inputEnd)
        }
    }

    /// Ciphertext that was read but not used yet.
    var leftover: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: input + inputStart, count: inputEnd - inputStart)
    }

    var written: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: output, count: outputCount) }

    fileprivate mutating func read(_ buffer: UnsafeMutableRawPointer, _ count: Int) -> Int {
        if inputStart == inputEnd {
            if drained || ended || failure != 0 { return 0 }
            let received = petrel_receive(descriptor, input, Self.inputCapacity)
            if received <= 0 {
                if received == 0 {
                    ended = true
                } else if received == -Int(EAGAIN) {
                    drained = true
                } else {
                    failure = Int32(truncatingIfNeeded: -received)
                }
                return 0
            }
            inputStart = 0
            inputEnd = received
            if received < Self.inputCapacity { drained = true }
        }
        let taken = min(count, inputEnd - inputStart)
        buffer.copyMemory(from: input + inputStart, byteCount: taken)
        inputStart += taken
        return taken
    }

    fileprivate mutating func write(_ bytes: UnsafeRawPointer, _ count: Int) -> Int {
        let taken = min(count, Self.outputCapacity - outputCount)
        UnsafeMutableRawPointer(output + outputCount).copyMemory(from: bytes, byteCount: taken)
        outputCount += taken
        return taken
    }
}

/// The one BIO of a worker, shared by all of its TLS connections.
struct TLSBIO {
    let bio: OpaquePointer
    private let method: OpaquePointer

    init?(_ transport: UnsafeMutablePointer<TLSTransport>) {
        guard let method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "petrel") else { return nil }
        BIO_meth_set_read(method) { bio, buffer, count in
            guard let bio, let buffer, let data = BIO_get_data(bio) else { return -1 }
            BIO_clear_retry_flags(bio)
            let transport = data.assumingMemoryBound(to: TLSTransport.self)
            let taken = transport.pointee.read(buffer, Int(count))
            if taken > 0 { return Int32(taken) }
            if transport.pointee.ended || transport.pointee.failure != 0 { return 0 }
            BIO_set_retry_read(bio)
            return -1
        }
        BIO_meth_set_write(method) { bio, bytes, count in
            guard let bio, let bytes, let data = BIO_get_data(bio) else { return -1 }
            BIO_clear_retry_flags(bio)
            let taken = data.assumingMemoryBound(to: TLSTransport.self).pointee.write(bytes, Int(count))
            if taken > 0 { return Int32(taken) }
            BIO_set_retry_write(bio)
            return -1
        }
        BIO_meth_set_ctrl(method) { _, command, _, _ in command == BIO_CTRL_FLUSH ? 1 : 0 }
        guard let bio = BIO_new(method) else { return nil }
        BIO_set_data(bio, transport)
        BIO_set_init(bio, 1)
        self.bio = bio
        self.method = method
    }

    func destroy() {
        BIO_free(bio)
        BIO_meth_free(method)
    }
}
