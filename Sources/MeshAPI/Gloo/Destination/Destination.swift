/// A host that traffic can be sent to: a Kubernetes service, or a service outside the mesh.
public struct Destination: ConfigFields {
    /// The mesh that controls it; none for external services.
    public var mesh: ObjectRef?
    /// A service outside the mesh.
    public var externalService: ExternalService?
    /// A Kubernetes service.
    public var kubeService: KubeService?

    /// An empty message.
    public init() {}

    /// The fields of the specification.
    public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
        visitor.field("mesh", &mesh)
        visitor.field("externalService", &externalService)
        visitor.field("kubeService", &kubeService)
        visitor.oneOf(["externalService", "kubeService"])
    }
}
