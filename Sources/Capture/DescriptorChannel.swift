internal import CPetrelCapture
internal import Glibc

/// One end of a Unix socket over which messages travel with descriptors.
///
/// Calls block; the owner closes the socket.
public struct DescriptorChannel: Sendable {
    /// The socket.
    public let descriptor: Int32

    public init(descriptor: Int32) {
        self.descriptor = descriptor
    }

    /// Sends one message.
    ///
    /// - Returns: False when the other end is gone.
    public func send(_ bytes: [UInt8], descriptors: [Int32] = []) -> Bool {
        bytes.withUnsafeBytes { petrel_send_descriptors(descriptor, $0.baseAddress, $0.count, descriptors, Int32(descriptors.count)) } == 0
    }

    /// Receives one message of at most `capacity` bytes and 16 descriptors.
    ///
    /// - Returns: nil at the end of the stream or on an error.
    public func receive(capacity: Int = 1 << 16) -> (bytes: [UInt8], descriptors: [Int32])? {
        var descriptors = [Int32](repeating: -1, count: 16)
        var count: Int32 = 0
        var length = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: capacity) { buffer, initialized in
            length = petrel_receive_descriptors(descriptor, buffer.baseAddress, capacity, &descriptors, 16, &count)
            initialized = max(0, length)
        }
        guard length > 0 else { return nil }
        return (bytes, Array(descriptors.prefix(Int(count))))
    }

    /// The user at the other end, by the kernel's word; nil when it is not known.
    public var peerUserID: UInt32? {
        var pid: pid_t = 0
        var uid: uid_t = 0
        return petrel_peer_credentials(descriptor, &pid, &uid) == 0 ? uid : nil
    }
}
