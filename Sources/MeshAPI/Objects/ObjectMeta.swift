/// The metadata that every object has.
public struct ObjectMeta: ConfigFields {
    /// The name, unique among the objects of a kind in a namespace.
    public var name = ""
    /// The beginning of a name that the server completes.
    public var generateName = ""
    /// The namespace; empty for kinds that have none.
    public var namespace = ""
    /// Names and values by which selectors find the object.
    public var labels: [String: String] = [:]
    /// Names and values that tools keep with the object.
    public var annotations: [String: String] = [:]
    /// When the object was made, in RFC 3339.
    public var creationTimestamp: String?
    /// When the object was asked to go, in RFC 3339.
    public var deletionTimestamp: String?
    /// How long the object may take to go.
    public var deletionGracePeriodSeconds: Int64?
    /// Who has to agree before the object goes.
    public var finalizers: [String] = []
    /// Grows by one with each change of the specification.
    public var generation: Int64 = 0
    /// The objects that this one goes with.
    public var ownerReferences: [ConfigValue] = []
    /// Which writer owns which field.
    public var managedFields: [ConfigValue] = []
    /// The store's mark of this version of the object.
    public var resourceVersion = ""
    /// Gone from Kubernetes; still found in old dumps.
    public var selfLink = ""
    /// Gone from Kubernetes; still found in old dumps.
    public var clusterName = ""
    /// Unique over all time.
    public var uid = ""

    /// Metadata without a name.
    public init() {}

    /// Metadata with a name.
    public init(name: String, namespace: String = "", labels: [String: String] = [:], annotations: [String: String] = [:]) {
        self.name = name
        self.namespace = namespace
        self.labels = labels
        self.annotations = annotations
    }

    /// The fields of Kubernetes' ObjectMeta.
    public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
        visitor.field("name", &name)
        visitor.field("generateName", &generateName)
        visitor.field("namespace", &namespace)
        visitor.field("labels", &labels)
        visitor.field("annotations", &annotations)
        visitor.field("creationTimestamp", &creationTimestamp)
        visitor.field("deletionTimestamp", &deletionTimestamp)
        visitor.field("deletionGracePeriodSeconds", &deletionGracePeriodSeconds)
        visitor.field("finalizers", &finalizers)
        visitor.field("generation", &generation)
        visitor.field("ownerReferences", &ownerReferences)
        visitor.field("managedFields", &managedFields)
        visitor.field("resourceVersion", &resourceVersion)
        visitor.field("selfLink", &selfLink)
        visitor.field("clusterName", &clusterName)
        visitor.field("uid", &uid)
    }
}
