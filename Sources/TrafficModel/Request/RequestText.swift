/// A request written down in strings, for tests and explanations; it owns the
/// bytes that a ``RequestView`` of it borrows.
public struct RequestText: Sendable, Hashable {
    /// The request method. Default `GET`.
    public var method: String
    /// Path with query. Default `/`.
    public var path: String
    /// Host, with port when the client sends one.
    public var authority: String
    /// `http` (the default) or `https`.
    public var scheme: String
    /// Other headers in order.
    public var headers: [Header]

    /// One header.
    public struct Header: Sendable, Hashable {
        /// Name in any case.
        public var name: String
        /// Value.
        public var value: String

        /// A header.
        public init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    /// A request from its parts.
    public init(
        method: String = "GET", path: String = "/", authority: String, scheme: String = "http",
        headers: [Header] = []
    ) {
        self.method = method
        self.path = path
        self.authority = authority
        self.scheme = scheme
        self.headers = headers
    }

    /// Lends a view of the request to `body`.
    public func withView<Result>(_ body: (RequestView) throws -> Result) rethrows -> Result {
        var bytes: [UInt8] = []
        func add(_ text: String) -> ByteRange {
            let range = ByteRange(offset: UInt32(bytes.count), length: UInt32(text.utf8.count))
            bytes.append(contentsOf: text.utf8)
            return range
        }
        let method = add(method)
        let path = add(path)
        let authority = add(authority)
        let scheme = add(scheme)
        let fields = headers.map { HeaderField(name: add($0.name), value: add($0.value)) }
        return try bytes.withUnsafeBufferPointer { bytes in
            try fields.withUnsafeBufferPointer { fields in
                try body(
                    RequestView(
                        bytes: bytes, method: method, path: path, authority: authority, scheme: scheme,
                        headers: fields))
            }
        }
    }
}
