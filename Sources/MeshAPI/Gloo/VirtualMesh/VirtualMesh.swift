/// Joins meshes into one: trust, federation and global access.
public struct VirtualMesh: ConfigFields {
    /// The meshes; each may be in one VirtualMesh.
    public var meshes: [ObjectRef] = []
    /// What the meshes trust.
    public var mtlsConfig: MTLSConfig?
    /// Which services the meshes share.
    public var federation: Federation?
    /// Whether requests need leave.
    public var globalAccessPolicy: GlobalAccessPolicy = .zero
    /// How strictly TLS is asked for; kept as it is.
    public var tlsEnforcementSettings: ConfigValue = .null

    /// An empty message.
    public init() {}

    /// The fields of the specification.
    public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
        visitor.field("meshes", &meshes)
        visitor.field("mtlsConfig", &mtlsConfig)
        visitor.field("federation", &federation)
        visitor.field("globalAccessPolicy", &globalAccessPolicy)
        visitor.field("tlsEnforcementSettings", &tlsEnforcementSettings)
    }
}

extension VirtualMesh {
    /// Whether requests between services need leave.
    public enum GlobalAccessPolicy: String, ConfigEnum {
        /// As the mesh has it; Istio asks for none.
        case meshDefault = "MESH_DEFAULT"
        /// Requests are refused unless an AccessPolicy allows them.
        case enabled = "ENABLED"
        /// Requests are allowed.
        case disabled = "DISABLED"
    }
}
