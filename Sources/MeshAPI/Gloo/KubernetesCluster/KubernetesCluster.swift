/// A cluster that is managed; its name is the name of the cluster everywhere.
public struct KubernetesCluster: ConfigFields {
    /// The secret with access to it.
    public var secretName: String = ""
    /// The end of its names; `cluster.local` when empty.
    public var clusterDomain: String = ""
    /// What its cloud says about it.
    public var providerInfo: ProviderInfo?

    /// An empty message.
    public init() {}

    /// The fields of the specification.
    public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
        visitor.field("secretName", &secretName)
        visitor.field("clusterDomain", &clusterDomain)
        visitor.field("providerInfo", &providerInfo)
    }
}

extension KubernetesCluster {
    /// What a cloud says about a cluster.
    public struct ProviderInfo: ConfigFields {
        /// The facts of an Amazon EKS cluster.
        public var eks: EKS?

        /// An empty message.
        public init() {}

        /// The fields of the specification.
        public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
            visitor.field("eks", &eks)
        }
    }

    /// The facts of an Amazon EKS cluster.
    public struct EKS: ConfigFields {
        /// Its resource name.
        public var arn: String = ""
        /// Its account.
        public var accountId: String = ""
        /// Its region.
        public var region: String = ""
        /// Its name.
        public var name: String = ""

        /// An empty message.
        public init() {}

        /// The fields of the specification.
        public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
            visitor.field("arn", &arn)
            visitor.field("accountId", &accountId)
            visitor.field("region", &region)
            visitor.field("name", &name)
        }
    }
}
