/// Why a head or a body was refused. The words appear in the reply.
enum HTTP1Violation: UInt8, BitwiseCopyable {
    case none
    case invalidMethod
    case invalidTarget
    case invalidVersion
    case invalidStatus
    case bareCarriageReturn
    case bareLineFeed
    case foldedHeader
    case invalidHeaderName
    case invalidHeaderValue
    case tooManyHeaders
    case headTooLarge
    case invalidContentLength
    case conflictingContentLength
    case contentLengthWithTransferEncoding
    case unsupportedTransferEncoding
    case transferEncodingInHTTP10
    case missingHost
    case duplicateHost
    case invalidHost
    case invalidConnectionHeader
    case invalidChunkSize
    case invalidChunkEnd
    case invalidTrailer
    case bodyEndedEarly
    case underscoreInName

    /// The status of the reply to a request with this fault.
    var status: Int {
        switch self {
        case .tooManyHeaders, .headTooLarge: 431
        case .unsupportedTransferEncoding: 501
        default: 400
        }
    }

    var sentence: StaticString {
        switch self {
        case .none: "the message is well formed"
        case .invalidMethod: "the method is not a token"
        case .invalidTarget: "the request target holds a character that is not allowed"
        case .invalidVersion: "the protocol version is not HTTP/1.1"
        case .invalidStatus: "the status line is malformed"
        case .bareCarriageReturn: "a carriage return without a line feed"
        case .bareLineFeed: "a line feed without a carriage return"
        case .foldedHeader: "a folded header line"
        case .invalidHeaderName: "a header name is not a token"
        case .invalidHeaderValue: "a header value holds a control character"
        case .tooManyHeaders: "more header fields than allowed (100 unless configured)"
        case .headTooLarge: "the head is larger than allowed (60 KiB unless configured)"
        case .invalidContentLength: "content-length is not a number"
        case .conflictingContentLength: "content-length is given twice"
        case .contentLengthWithTransferEncoding: "both content-length and transfer-encoding are given"
        case .unsupportedTransferEncoding: "the only transfer-encoding that is supported is chunked"
        case .transferEncodingInHTTP10: "transfer-encoding in an HTTP/1.0 message"
        case .missingHost: "the host header is missing"
        case .duplicateHost: "the host header is given twice"
        case .invalidHost: "the host holds a character that is not allowed"
        case .invalidConnectionHeader: "the connection header names a header that must reach the origin"
        case .invalidChunkSize: "a chunk size is malformed"
        case .invalidChunkEnd: "a chunk does not end with CRLF"
        case .invalidTrailer: "a trailer is malformed"
        case .underscoreInName: "a header name holds an underscore"
        case .bodyEndedEarly: "the body ended before its declared length"
        }
    }
}
