/// The parameters of one side of a connection (RFC 9113, 6.5.2).
public struct HTTP2Settings: BitwiseCopyable, Sendable, Equatable {
    /// Greatest window and greatest value of several settings.
    public static let greatestWindow = 0x7fff_ffff

    /// Bytes of the peer's decoding table. Default 4096.
    public var headerTableSize = 4096
    /// Whether a server may push. Default true; Petrel never allows it.
    public var enablesPush = true
    /// Streams that the other side may have open. Default: no limit.
    public var maximumConcurrentStreams = Int(UInt32.max)
    /// Window of a new stream in bytes. Default 65,535.
    public var initialWindowSize = 65_535
    /// Greatest payload of a frame. Default 16,384.
    public var maximumFrameSize = 16_384
    /// Advice on the size of a header list. Default: no limit.
    public var maximumHeaderListSize = Int(UInt32.max)
    /// Whether extended CONNECT is understood (RFC 8441). Default false.
    public var enablesConnectProtocol = false

    public init() {}

    enum Identifier {
        static let headerTableSize: UInt16 = 0x1
        static let enablePush: UInt16 = 0x2
        static let maximumConcurrentStreams: UInt16 = 0x3
        static let initialWindowSize: UInt16 = 0x4
        static let maximumFrameSize: UInt16 = 0x5
        static let maximumHeaderListSize: UInt16 = 0x6
        static let enableConnectProtocol: UInt16 = 0x8
    }

    /// Takes one parameter; the error of a value that isn't allowed.
    mutating func take(_ identifier: UInt16, _ value: UInt32) -> HTTP2ErrorCode? {
        switch identifier {
        case Identifier.headerTableSize: headerTableSize = Int(value)
        case Identifier.enablePush:
            guard value <= 1 else { return .protocolError }
            enablesPush = value == 1
        case Identifier.maximumConcurrentStreams: maximumConcurrentStreams = Int(value)
        case Identifier.initialWindowSize:
            guard value <= UInt32(Self.greatestWindow) else { return .flowControlError }
            initialWindowSize = Int(value)
        case Identifier.maximumFrameSize:
            guard value >= 16_384, value <= 0xff_ffff else { return .protocolError }
            maximumFrameSize = Int(value)
        case Identifier.maximumHeaderListSize: maximumHeaderListSize = Int(value)
        case Identifier.enableConnectProtocol:
            // Once said, it is not taken back (RFC 8441, 3).
            guard value <= 1, !(enablesConnectProtocol && value == 0) else { return .protocolError }
            enablesConnectProtocol = value == 1
        default: break
        }
        return nil
    }

    /// Appends a SETTINGS frame with what differs from the defaults.
    func write(to output: inout [UInt8]) {
        let start = output.count
        HTTP2FrameHeader(length: 0, kind: HTTP2FrameHeader.Kind.settings, stream: 0).write(to: &output)
        let defaults = HTTP2Settings()
        func put(_ identifier: UInt16, _ value: Int, _ usual: Int) {
            guard value != usual else { return }
            output.append(UInt8(truncatingIfNeeded: identifier >> 8))
            output.append(UInt8(truncatingIfNeeded: identifier))
            output.append(number: UInt32(truncatingIfNeeded: value))
        }
        put(Identifier.headerTableSize, headerTableSize, defaults.headerTableSize)
        put(Identifier.enablePush, enablesPush ? 1 : 0, 1)
        put(Identifier.maximumConcurrentStreams, maximumConcurrentStreams, defaults.maximumConcurrentStreams)
        put(Identifier.initialWindowSize, initialWindowSize, defaults.initialWindowSize)
        put(Identifier.maximumFrameSize, maximumFrameSize, defaults.maximumFrameSize)
        put(Identifier.maximumHeaderListSize, maximumHeaderListSize, defaults.maximumHeaderListSize)
        put(Identifier.enableConnectProtocol, enablesConnectProtocol ? 1 : 0, 0)
        output[start &+ 2] = UInt8(output.count &- start &- HTTP2FrameHeader.size)
    }
}
