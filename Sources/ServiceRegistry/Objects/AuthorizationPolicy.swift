public import MeshAPI

/// An `AuthorizationPolicy` object: who may do what.
public struct AuthorizationPolicyObject: Sendable {
    /// What happens to requests that match.
    public enum Action: String, Sendable {
        /// They pass, and nothing else does.
        case allow = "ALLOW"
        /// They are refused.
        case deny = "DENY"
        /// They are noted.
        case audit = "AUDIT"
        /// Someone else decides.
        case custom = "CUSTOM"
    }

    /// One rule: all parts must match, one entry of each.
    public struct Rule: Sendable {
        /// Attributes of the client; each list is alternatives.
        public var sources: [[String: [String]]]
        /// Attributes of the request.
        public var operations: [[String: [String]]]
        /// Further conditions.
        public var conditions: [Condition]
    }

    /// A condition on an attribute.
    public struct Condition: Sendable {
        /// Name of the attribute.
        public var key: String
        /// One of these.
        public var values: [String]
        /// None of these.
        public var notValues: [String]
    }

    /// An object that the policy is about.
    public struct Target: Sendable, Hashable {
        /// API group of the object; empty for Kubernetes' own.
        public var group: String
        /// Kind of object.
        public var kind: String
        /// Its name, in the policy's namespace.
        public var name: String
    }

    /// Who it is.
    public let reference: ObjectReference
    /// Labels of the proxies it is for; empty for all of the namespace.
    public let selector: [String: String]
    /// Objects it is for instead.
    public let targets: [Target]
    /// What happens to requests that match.
    public let action: Action
    /// The extension provider that decides, for `CUSTOM`.
    public let provider: String
    /// Only reported, not enforced: the annotation `istio.io/dry-run`.
    public let isDryRun: Bool
    /// The rules, of which one must match.
    public let rules: [Rule]

    init(_ object: MeshObject) {
        let spec = ObjectFields(spec: object)
        reference = object.reference
        selector = spec["selector"]["matchLabels"].stringMap
        let single = spec["targetRef"].isPresent ? [spec["targetRef"]] : []
        targets = (single + spec["targetRefs"].list).map {
            Target(
                group: $0["group"].string == "core" ? "" : $0["group"].string, kind: $0["kind"].string,
                name: $0["name"].string)
        }
        action = Action(rawValue: spec["action"].string) ?? .allow
        provider = spec["provider"]["name"].string
        isDryRun = object.metadata.annotations["istio.io/dry-run"] == "true"
        rules = spec["rules"].list.map { rule in
            Rule(
                sources: rule["from"].list.map { Self.attributes($0["source"]) },
                operations: rule["to"].list.map { Self.attributes($0["operation"]) },
                conditions: rule["when"].list.map {
                    Condition(
                        key: $0["key"].string, values: $0["values"].strings,
                        notValues: $0["notValues"].strings)
                })
        }
    }

    private static func attributes(_ fields: ObjectFields) -> [String: [String]] {
        var attributes: [String: [String]] = [:]
        for field in fields.value?.object ?? OrderedFields() {
            let values = ObjectFields(field.value).strings
            if !values.isEmpty { attributes[field.name] = values }
        }
        return attributes
    }
}

extension AuthorizationPolicyObject.Target {
    /// Whether it is something that workloads call.
    var isService: Bool {
        group == "networking.istio.io" && kind == "ServiceEntry" || group.isEmpty && kind == "Service"
    }

    /// Whether it is a Gateway of Kubernetes.
    public var isGateway: Bool { group == "gateway.networking.k8s.io" && kind == "Gateway" }
}
