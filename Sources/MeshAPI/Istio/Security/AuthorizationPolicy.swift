/// Says who may do what with some workloads.
public struct AuthorizationPolicy: ConfigFields {
    /// The workloads; all of the namespace when unset.
    public var selector: PolicyWorkloadSelector?
    /// The object that the policy is attached to; superseded by `targetRefs`.
    public var targetRef: PolicyTargetReference?
    /// The objects that the policy is attached to.
    public var targetRefs: [PolicyTargetReference] = []
    /// The requests that are meant; a request must match one of them.
    public var rules: [Rule] = []
    /// What happens to such requests.
    public var action: Action = .zero
    /// Who decides, for the action CUSTOM.
    public var provider: ExtensionProvider?

    /// An empty message.
    public init() {}

    /// The fields of the specification.
    public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
        visitor.field("selector", &selector)
        visitor.field("targetRef", &targetRef)
        visitor.field("targetRefs", &targetRefs, .items(0...16))
        visitor.field("rules", &rules, .items(0...512))
        visitor.field("action", &action)
        visitor.field("provider", &provider)
    }
}

extension AuthorizationPolicy {
    /// What happens to requests that match a policy.
    public enum Action: String, ConfigEnum {
        /// They are allowed.
        case allow = "ALLOW"
        /// They are refused.
        case deny = "DENY"
        /// They are logged.
        case audit = "AUDIT"
        /// Somebody else is asked.
        case custom = "CUSTOM"
    }

    /// Somebody else who decides.
    public struct ExtensionProvider: ConfigFields {
        /// The name of the provider in the mesh's settings.
        public var name: String = ""

        /// An empty message.
        public init() {}

        /// The fields of the specification.
        public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
            visitor.field("name", &name)
        }
    }

    /// Requests that are meant: all three parts must match.
    public struct Rule: ConfigFields {
        /// The callers; any when there are none.
        public var from: [From] = []
        /// The operations; any when there are none.
        public var to: [To] = []
        /// More conditions, all of which must be met.
        public var when: [Condition] = []

        /// An empty message.
        public init() {}

        /// The fields of the specification.
        public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
            visitor.field("from", &from, .items(0...512))
            visitor.field("to", &to)
            visitor.field("when", &when)
        }
    }

    /// Callers that are meant.
    public struct From: ConfigFields {
        /// The callers.
        public var source: Source?

        /// An empty message.
        public init() {}

        /// The fields of the specification.
        public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
            visitor.field("source", &source)
        }
    }

    /// Operations that are meant.
    public struct To: ConfigFields {
        /// The operations.
        public var operation: Operation?

        /// An empty message.
        public init() {}

        /// The fields of the specification.
        public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
            visitor.field("operation", &operation)
        }
    }

    /// Callers: all fields that are set must match.
    public struct Source: ConfigFields {
        /// Identities of workloads.
        public var principals: [String] = []
        /// Identities of workloads that aren't meant.
        public var notPrincipals: [String] = []
        /// Identities of tokens.
        public var requestPrincipals: [String] = []
        /// Identities of tokens that aren't meant.
        public var notRequestPrincipals: [String] = []
        /// Namespaces.
        public var namespaces: [String] = []
        /// Namespaces that aren't meant.
        public var notNamespaces: [String] = []
        /// Service accounts, as `namespace/name` or `name`.
        public var serviceAccounts: [String] = []
        /// Service accounts that aren't meant.
        public var notServiceAccounts: [String] = []
        /// Addresses of connections.
        public var ipBlocks: [String] = []
        /// Addresses of connections that aren't meant.
        public var notIpBlocks: [String] = []
        /// Addresses that proxies report.
        public var remoteIpBlocks: [String] = []
        /// Addresses that proxies report and that aren't meant.
        public var notRemoteIpBlocks: [String] = []
        /// Trust domains.
        public var trustDomains: [String] = []
        /// Trust domains that aren't meant.
        public var notTrustDomains: [String] = []

        /// An empty message.
        public init() {}

        /// The fields of the specification.
        public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
            visitor.field("principals", &principals)
            visitor.field("notPrincipals", &notPrincipals)
            visitor.field("requestPrincipals", &requestPrincipals)
            visitor.field("notRequestPrincipals", &notRequestPrincipals)
            visitor.field("namespaces", &namespaces)
            visitor.field("notNamespaces", &notNamespaces)
            visitor.field("serviceAccounts", &serviceAccounts, .items(0...16).length(0...320))
            visitor.field("notServiceAccounts", &notServiceAccounts, .items(0...16).length(0...320))
            visitor.field("ipBlocks", &ipBlocks)
            visitor.field("notIpBlocks", &notIpBlocks)
            visitor.field("remoteIpBlocks", &remoteIpBlocks)
            visitor.field("notRemoteIpBlocks", &notRemoteIpBlocks)
            visitor.field("trustDomains", &trustDomains)
            visitor.field("notTrustDomains", &notTrustDomains)
        }
    }

    /// Operations: all fields that are set must match.
    public struct Operation: ConfigFields {
        /// Hosts.
        public var hosts: [String] = []
        /// Hosts that aren't meant.
        public var notHosts: [String] = []
        /// Ports.
        public var ports: [String] = []
        /// Ports that aren't meant.
        public var notPorts: [String] = []
        /// Methods.
        public var methods: [String] = []
        /// Methods that aren't meant.
        public var notMethods: [String] = []
        /// Paths.
        public var paths: [String] = []
        /// Paths that aren't meant.
        public var notPaths: [String] = []

        /// An empty message.
        public init() {}

        /// The fields of the specification.
        public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
            visitor.field("hosts", &hosts)
            visitor.field("notHosts", &notHosts)
            visitor.field("ports", &ports)
            visitor.field("notPorts", &notPorts)
            visitor.field("methods", &methods)
            visitor.field("notMethods", &notMethods)
            visitor.field("paths", &paths)
            visitor.field("notPaths", &notPaths)
        }
    }

    /// A condition on an attribute of a request.
    public struct Condition: ConfigFields {
        /// The attribute, such as `request.headers[User-Agent]`.
        public var key: String = ""
        /// The values, of which it must have one.
        public var values: [String] = []
        /// The values, of which it must have none.
        public var notValues: [String] = []

        /// An empty message.
        public init() {}

        /// The fields of the specification.
        public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
            visitor.field("key", &key, .required)
            visitor.field("values", &values)
            visitor.field("notValues", &notValues)
        }
    }
}
