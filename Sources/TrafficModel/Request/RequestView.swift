/// A request's head as matching sees it: borrowed bytes and where the parts
/// stand in them. An HTTP/1 parser points into its read buffer, an HTTP/2
/// decoder into the block it decoded to; nothing is copied.
///
/// The view is valid only as long as both buffers are.
public struct RequestView {
    /// The bytes all ranges count in.
    public var bytes: UnsafeBufferPointer<UInt8>
    /// The request method, `:method` in HTTP/2.
    public var method: ByteRange
    /// Path with query, `:path` in HTTP/2: never absolute-form. `*` or empty
    /// for what has none.
    public var path: ByteRange
    /// The Host header or `:authority`, port included when the client sent one.
    public var authority: ByteRange
    /// `http` or `https`, of the client's connection.
    public var scheme: ByteRange
    /// Every other header in the order received. `Host` may be among them: it
    /// is skipped where it would duplicate the authority.
    public var headers: UnsafeBufferPointer<HeaderField>

    /// A view of a head.
    @inlinable
    public init(
        bytes: UnsafeBufferPointer<UInt8>, method: ByteRange, path: ByteRange, authority: ByteRange,
        scheme: ByteRange, headers: UnsafeBufferPointer<HeaderField>
    ) {
        self.bytes = bytes
        self.method = method
        self.path = path
        self.authority = authority
        self.scheme = scheme
        self.headers = headers
    }

    /// The bytes of a range, which must lie inside the head.
    @inlinable
    public subscript(range: ByteRange) -> UnsafeBufferPointer<UInt8> {
        let start = Int(range.offset)
        let end = start + Int(range.length)
        precondition(end <= bytes.count, "range outside the head")
        return UnsafeBufferPointer(rebasing: bytes[start..<end])
    }

    /// Where the path ends and the query or fragment begins.
    @inlinable
    public var pathWithoutQuery: ByteRange {
        let text = self[path]
        var length = 0
        while length < text.count {
            let byte = text[length]
            if byte == 0x3F || byte == 0x23 { break }
            length &+= 1
        }
        return ByteRange(offset: path.offset, length: UInt32(truncatingIfNeeded: length))
    }

    /// The query after `?`, without it and without a fragment; empty when there is none.
    public var query: ByteRange {
        let bare = pathWithoutQuery
        let text = self[path]
        var start = Int(bare.length)
        guard start < text.count, text[start] == 0x3F else { return ByteRange(offset: path.end, length: 0) }
        start += 1
        var end = start
        while end < text.count, text[end] != 0x23 { end += 1 }
        return ByteRange(offset: path.offset + UInt32(start), length: UInt32(end - start))
    }

    /// The value of the first header called `name` (compared without case), or nil.
    public func firstHeader(_ name: UnsafeBufferPointer<UInt8>) -> ByteRange? {
        var index = 0
        while index < headers.count {
            if ByteComparison.equalIgnoringCase(self[headers[index].name], name) { return headers[index].value }
            index &+= 1
        }
        return nil
    }
}
