/// Settings of the proxies of some workloads.
public struct ProxyConfig: ConfigFields {
    /// The workloads; all of the namespace when unset.
    public var selector: PolicyWorkloadSelector?
    /// The number of threads; as many as there are processors when unset.
    public var concurrency: Int32?
    /// Variables of the proxy's environment.
    public var environmentVariables: [String: String] = [:]
    /// The variant of the proxy's image.
    public var image: ProxyImage?

    /// An empty message.
    public init() {}

    /// The fields of the specification.
    public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
        visitor.field("selector", &selector)
        visitor.field("concurrency", &concurrency, .range(0...2147483647))
        visitor.field("environmentVariables", &environmentVariables)
        visitor.field("image", &image)
    }
}

extension ProxyConfig {
    /// The variant of a proxy's image.
    public struct ProxyImage: ConfigFields {
        /// The variant, such as `distroless`.
        public var imageType: String = ""

        /// An empty message.
        public init() {}

        /// The fields of the specification.
        public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
            visitor.field("imageType", &imageType)
        }
    }
}
