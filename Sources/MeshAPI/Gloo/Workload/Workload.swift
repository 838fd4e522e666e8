/// A workload that has been discovered.
public struct Workload: ConfigFields {
    /// A workload of Kubernetes.
    public var kubernetes: KubernetesWorkload?
    /// The mesh that it belongs to.
    public var mesh: ObjectRef?
    /// Its place in an AWS App Mesh; kept as it is.
    public var appMesh: ConfigValue = .null

    /// An empty message.
    public init() {}

    /// The fields of the specification.
    public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
        visitor.field("kubernetes", &kubernetes)
        visitor.field("mesh", &mesh)
        visitor.field("appMesh", &appMesh)
    }
}

extension Workload {
    /// A workload of Kubernetes.
    public struct KubernetesWorkload: ConfigFields {
        /// What made its pods, such as a Deployment.
        public var controller: ClusterObjectRef?
        /// The labels of its pods.
        public var podLabels: [String: String] = [:]
        /// The service account of its pods.
        public var serviceAccountName: String = ""

        /// An empty message.
        public init() {}

        /// The fields of the specification.
        public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
            visitor.field("controller", &controller)
            visitor.field("podLabels", &podLabels)
            visitor.field("serviceAccountName", &serviceAccountName)
        }
    }
}
