/// Why a stream or a connection ended (RFC 9113, section 7). Codes that the
/// RFC doesn't name are carried as they came.
public struct HTTP2ErrorCode: RawRepresentable, Hashable, Sendable, BitwiseCopyable {
    public let rawValue: UInt32

    public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// A graceful end.
    public static let noError = HTTP2ErrorCode(rawValue: 0x0)
    /// The peer broke a rule that has no code of its own.
    public static let protocolError = HTTP2ErrorCode(rawValue: 0x1)
    /// A fault on our side.
    public static let internalError = HTTP2ErrorCode(rawValue: 0x2)
    /// More bytes than the window, or a window past 2^31-1.
    public static let flowControlError = HTTP2ErrorCode(rawValue: 0x3)
    public static let settingsTimeout = HTTP2ErrorCode(rawValue: 0x4)
    /// A frame on a stream whose sender had ended it.
    public static let streamClosed = HTTP2ErrorCode(rawValue: 0x5)
    /// A frame whose length its type doesn't allow.
    public static let frameSizeError = HTTP2ErrorCode(rawValue: 0x6)
    /// Nothing of the stream was processed: it may be tried again.
    public static let refusedStream = HTTP2ErrorCode(rawValue: 0x7)
    public static let cancel = HTTP2ErrorCode(rawValue: 0x8)
    /// The state of header compression is lost.
    public static let compressionError = HTTP2ErrorCode(rawValue: 0x9)
    public static let connectError = HTTP2ErrorCode(rawValue: 0xa)
    /// The peer makes work out of proportion.
    public static let enhanceYourCalm = HTTP2ErrorCode(rawValue: 0xb)
    public static let inadequateSecurity = HTTP2ErrorCode(rawValue: 0xc)
    public static let http11Required = HTTP2ErrorCode(rawValue: 0xd)
}
