/// A kind of object: its names in the API and how it is read.
public struct ObjectKind: Sendable {
    /// Where the content of an object stands.
    public enum Body: Sendable {
        /// Under `spec`, with an optional `status` beside it.
        case spec
        /// Beside `metadata`, as in Secret and EndpointSlice.
        case root
    }

    /// The API group; empty for the core group of Kubernetes.
    public let group: String
    /// The versions in which it is served, the preferred one first; all have the same schema.
    public let versions: [String]
    /// The kind, such as `VirtualService`.
    public let kind: String
    /// The plural of the API's paths, such as `virtualservices`.
    public let plural: String
    /// What people type, such as `vs`.
    public let shortNames: [String]
    /// Whether its objects live in namespaces.
    public let isNamespaced: Bool
    /// Where the content stands.
    public let body: Body
    /// Whether a field that the kind doesn't define is a violation; Kubernetes' own kinds have more fields than Petrel reads.
    public let isStrict: Bool
    /// The fields of the content.
    public let schema: @Sendable () -> FieldSchema
    let decode: @Sendable (LocatedValue, DecodingContext) -> ObjectSpec?

    init<Content: ConfigFields>(
        _ group: String, _ versions: [String], _ kind: String, _ plural: String, _ shortNames: [String] = [], namespaced: Bool = true,
        body: Body = .spec, _ wrap: @escaping @Sendable (Content) -> ObjectSpec
    ) {
        self.group = group
        self.versions = versions
        self.kind = kind
        self.plural = plural
        self.shortNames = shortNames
        isNamespaced = namespaced
        self.body = body
        var visitor = SchemaVisitor(name: kind)
        var blank = Content()
        blank.fields(&visitor)
        isStrict = !visitor.schema.keepsUnknownFields
        schema = { Content.schema }
        decode = { value, context in Content.decode(value, context).map(wrap) }
    }

    /// The name in the singular, such as `virtualservice`.
    public var singular: String { kind.lowercased() }

    /// The API version that is written when nothing else is asked for.
    public var preferredAPIVersion: String {
        let version = versions.first ?? ""
        return group.isEmpty ? version : "\(group)/\(version)"
    }

    /// The kind of a group and name, in whatever version.
    public static func find(group: String, kind: String) -> ObjectKind? { index[Key(group: group, kind: kind)] }

    private struct Key: Hashable {
        let group: String
        let kind: String
    }

    private static let index = Dictionary(
        all.map { (Key(group: $0.group, kind: $0.kind), $0) }, uniquingKeysWith: { first, _ in first })
}
