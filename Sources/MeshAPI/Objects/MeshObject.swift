/// One object of the configuration: who it is, what it asks for, how it fares, and where it was written.
public struct MeshObject: Sendable {
    /// The API group and version, such as `networking.istio.io/v1`.
    public var apiVersion: String
    /// The kind, such as `VirtualService`.
    public var kind: String
    /// The name, labels and the like.
    public var metadata: ObjectMeta
    /// What is asked for.
    public var spec: ObjectSpec
    /// What controllers say about it.
    public var status: ConfigValue?
    /// Where each field was written.
    public var source: SourceMap

    /// An object of a kind in a version of its API group.
    public init(
        apiVersion: String, kind: String, metadata: ObjectMeta, spec: ObjectSpec, status: ConfigValue? = nil, source: SourceMap = .none
    ) {
        self.apiVersion = apiVersion
        self.kind = kind
        self.metadata = metadata
        self.spec = spec
        self.status = status
        self.source = source
    }

    /// An object that wasn't read from a file; its kind and newest API version follow from the specification.
    public init(_ spec: ObjectSpec, metadata: ObjectMeta, status: ConfigValue? = nil) {
        let kind = spec.objectKind
        self.init(apiVersion: kind?.preferredAPIVersion ?? "", kind: kind?.kind ?? "", metadata: metadata, spec: spec, status: status)
    }

    /// The API group; empty for the core group of Kubernetes.
    public var group: String { apiVersion.contains("/") ? String(apiVersion.prefix { $0 != "/" }) : "" }

    /// Who the object is.
    public var reference: ObjectReference { ObjectReference(kind: kind, namespace: metadata.namespace, name: metadata.name) }

    /// The line of a field such as `spec.http[0].route[0].destination.host`, or of its nearest ancestor that was written.
    public func location(of fieldPath: String) -> SourceLocation? { source.location(of: fieldPath) }

    /// The object as it is written.
    public var value: ConfigValue {
        var fields: OrderedFields = ["apiVersion": .string(apiVersion), "kind": .string(kind), "metadata": metadata.encode()]
        switch (spec.body, spec.encode()) {
        case (.spec, let spec):
            if case .object(let inner) = spec, inner.isEmpty { break }
            fields["spec"] = spec
        case (.root, .object(let inner)):
            for field in inner where fields[field.name] == nil { fields[field.name] = field.value }
        case (.root, _): break
        }
        if let status { fields["status"] = status }
        return .object(fields)
    }
}

extension MeshObject: Equatable {
    /// Two objects are equal when they say the same, wherever each was written.
    public static func == (left: MeshObject, right: MeshObject) -> Bool {
        left.apiVersion == right.apiVersion && left.kind == right.kind && left.metadata == right.metadata && left.spec == right.spec
            && left.status == right.status
    }
}
