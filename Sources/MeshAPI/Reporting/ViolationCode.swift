/// The stable code of a rule; documentation, searches and suppressions refer to it.
public enum ViolationCode: String, Sendable, CaseIterable {
    // MARK: - Reading
    /// The object has a field that its kind doesn't define; it is refused so that a misspelt setting can't be ignored.
    case unknownField = "PTR0001"
    /// The value has another type than the field; Kubernetes doesn't convert numbers, booleans and strings into each other.
    case wrongType = "PTR0002"
    /// A field that the kind requires isn't written.
    case missingField = "PTR0003"
    /// The field takes one of a few names, and this isn't one of them; names are case-sensitive.
    case unknownEnumValue = "PTR0004"
    /// The same field is written twice in one object, so that one of the two would be lost.
    case duplicateField = "PTR0005"
    /// Two fields are set that exclude each other.
    case severalOfOne = "PTR0006"
    /// The text isn't in the form that the field asks for, such as a duration or base64.
    case malformedValue = "PTR0007"
    /// The number is outside the range that the field allows.
    case outOfRange = "PTR0008"
    /// The list is longer or shorter, or the text longer, than the field allows.
    case limitExceeded = "PTR0009"
    /// The field still works and will go away; the message names its successor.
    case deprecatedField = "PTR0010"
    /// The field is read and checked, and nothing follows from it.
    case fieldWithoutEffect = "PTR0011"
    /// The text of the document is not valid YAML or JSON.
    case malformedText = "PTR0020"
    /// The document is larger than one object may be, or its aliases would make it so.
    case documentTooLarge = "PTR0021"
    /// Lists and objects are nested deeper than any object needs.
    case nestedTooDeep = "PTR0022"
    /// The document isn't a Kubernetes object: it needs apiVersion, kind and metadata.name.
    case notAnObject = "PTR0023"
    /// Petrel doesn't know the kind; the object is kept and has no effect.
    case unknownKind = "PTR0024"
    /// Petrel knows the kind, though not in this version of its API group.
    case unknownVersion = "PTR0025"
    /// The file can't be opened, or isn't UTF-8 text.
    case unreadableFile = "PTR0026"
    /// Two documents declare the same object; the last one would silently win.
    case duplicateObject = "PTR0027"
    // MARK: - Every kind
    /// The name, namespace or another part of the metadata isn't what Kubernetes accepts.
    case invalidMetadata = "PTR0030"
    /// The annotation or label is reserved for the system, or not supported on this kind.
    case reservedAnnotation = "PTR0031"
    /// A label's name or value isn't what Kubernetes accepts.
    case invalidLabel = "PTR0032"
    /// The selector can't select what it seems to: it has wildcards, empty names or no labels.
    case invalidSelector = "PTR0033"
    /// The list of namespaces that may see the object contradicts itself or has a malformed entry.
    case invalidExportTo = "PTR0034"
    /// The duration is too short, too long, or finer than the data plane keeps it.
    case invalidDuration = "PTR0035"
    // MARK: - Services
    /// The host is not a domain name, or not one that is allowed here.
    case invalidHost = "PTR0101"
    /// The address is not an IP address, a CIDR block or a socket path, as the field asks for.
    case invalidAddress = "PTR0102"
    /// The port number is outside 1 to 65535 or doesn't fit the rest of the object.
    case invalidPort = "PTR0103"
    /// The name of the port is missing or isn't a DNS label.
    case invalidPortName = "PTR0104"
    /// The protocol isn't one that the mesh knows, or isn't allowed here.
    case unknownProtocol = "PTR0105"
    /// Two ports have the same name or number.
    case duplicatePort = "PTR0106"
    /// The endpoint's address or ports don't fit the service.
    case invalidEndpoint = "PTR0107"
    /// The service's resolution doesn't go with its hosts, addresses, endpoints or protocols.
    case resolutionMismatch = "PTR0108"
    /// Traffic to the port can't be told apart by host, because its protocol carries none.
    case ambiguousPort = "PTR0109"
    /// A wildcard may only stand for whole labels, as in *.example.com.
    case partialWildcard = "PTR0110"
    /// The health check of the workload is incomplete.
    case invalidProbe = "PTR0111"
    // MARK: - Routes
    /// The rule does nothing: it has no destination, redirect, direct response or delegate.
    case missingRoute = "PTR0201"
    /// The rule has two actions that exclude each other.
    case conflictingActions = "PTR0202"
    /// The destination of a route is missing or isn't a host of a service.
    case invalidDestination = "PTR0203"
    /// The weights of the destinations are negative or add up to nothing.
    case invalidWeight = "PTR0204"
    /// The condition is incomplete or can't be evaluated.
    case invalidMatch = "PTR0205"
    /// The regular expression isn't one that RE2, the engine of the data plane, accepts.
    case invalidRegex = "PTR0206"
    /// The header name or value can't be set, added, removed or matched.
    case invalidHeader = "PTR0207"
    /// The redirect is incomplete or contradicts itself.
    case invalidRedirect = "PTR0208"
    /// The rewrite is incomplete or contradicts itself.
    case invalidRewrite = "PTR0209"
    /// The retry policy has a condition or number that the data plane doesn't know.
    case invalidRetry = "PTR0210"
    /// The fault to inject is incomplete or out of range.
    case invalidFault = "PTR0211"
    /// The mirror's destination or percentage is missing or out of range.
    case invalidMirror = "PTR0212"
    /// The CORS policy has a method, origin or age that can't be used.
    case invalidCors = "PTR0213"
    /// A root route and its delegate divide the work wrongly.
    case invalidDelegate = "PTR0214"
    /// The reference to a gateway isn't a name or namespace/name.
    case invalidGatewayName = "PTR0215"
    /// Two hosts of the object cover the same names.
    case duplicateHost = "PTR0216"
    /// The TLS server name isn't covered by the hosts of the object.
    case invalidServerName = "PTR0217"
    /// A rule before this one takes all its traffic.
    case unusedRule = "PTR0218"
    /// The HTTP or gRPC status isn't one that can be sent.
    case invalidStatus = "PTR0219"
    // MARK: - Traffic policies
    /// The policy has no setting.
    case emptyPolicy = "PTR0301"
    /// The load balancer's settings are incomplete or contradict each other.
    case invalidLoadBalancer = "PTR0302"
    /// The connection pool's settings are out of range or contradict each other.
    case invalidConnectionPool = "PTR0303"
    /// The outlier detection's settings are out of range or have no effect.
    case invalidOutlierDetection = "PTR0304"
    /// The TLS settings towards the server are incomplete or contradict each other.
    case invalidClientTLS = "PTR0305"
    /// The subset has no name, a malformed one, or one that is taken.
    case invalidSubset = "PTR0306"
    /// The tunnel's target or protocol is missing or not supported.
    case invalidTunnel = "PTR0307"
    /// The locality weights or failover rules contradict each other.
    case invalidLocality = "PTR0308"
    // MARK: - Sidecars and gateways
    /// The sidecar's listener is incomplete or collides with another.
    case invalidListener = "PTR0401"
    /// The host isn't written as namespace/name, or isn't one that can be imported.
    case invalidListenerHost = "PTR0402"
    /// The gateway's server is incomplete or collides with another.
    case invalidServer = "PTR0403"
    /// The TLS settings towards clients are incomplete or contradict each other.
    case invalidServerTLS = "PTR0404"
    /// The outbound traffic policy isn't allowed here.
    case invalidTrafficMode = "PTR0405"
    // MARK: - Security and telemetry
    /// The authorization rule is empty, malformed, or can never match.
    case invalidAuthorizationRule = "PTR0501"
    /// The policy's target is missing or of a kind that it can't be attached to.
    case invalidTargetReference = "PTR0502"
    /// The mutual TLS settings of a port are misplaced or malformed.
    case invalidPeerAuthentication = "PTR0503"
    /// The JWT rule is incomplete or malformed.
    case invalidRequestAuthentication = "PTR0504"
    /// The telemetry settings are out of range or refer to nothing.
    case invalidTelemetry = "PTR0505"
    // MARK: - Gloo Mesh
    /// The external service can't be turned into a service entry as it is.
    case invalidExternalService = "PTR0601"
    /// The Gloo Mesh policy is incomplete or out of range.
    case invalidMeshPolicy = "PTR0602"

    /// What the rule is about, in one sentence.
    public var explanation: String {
        switch self {
        case .unknownField: "The object has a field that its kind doesn't define; it is refused so that a misspelt setting can't be ignored."
        case .wrongType: "The value has another type than the field; Kubernetes doesn't convert numbers, booleans and strings into each other."
        case .missingField: "A field that the kind requires isn't written."
        case .unknownEnumValue: "The field takes one of a few names, and this isn't one of them; names are case-sensitive."
        case .duplicateField: "The same field is written twice in one object, so that one of the two would be lost."
        case .severalOfOne: "Two fields are set that exclude each other."
        case .malformedValue: "The text isn't in the form that the field asks for, such as a duration or base64."
        case .outOfRange: "The number is outside the range that the field allows."
        case .limitExceeded: "The list is longer or shorter, or the text longer, than the field allows."
        case .deprecatedField: "The field still works and will go away; the message names its successor."
        case .fieldWithoutEffect: "The field is read and checked, and nothing follows from it."
        case .malformedText: "The text of the document is not valid YAML or JSON."
        case .documentTooLarge: "The document is larger than one object may be, or its aliases would make it so."
        case .nestedTooDeep: "Lists and objects are nested deeper than any object needs."
        case .notAnObject: "The document isn't a Kubernetes object: it needs apiVersion, kind and metadata.name."
        case .unknownKind: "Petrel doesn't know the kind; the object is kept and has no effect."
        case .unknownVersion: "Petrel knows the kind, though not in this version of its API group."
        case .unreadableFile: "The file can't be opened, or isn't UTF-8 text."
        case .duplicateObject: "Two documents declare the same object; the last one would silently win."
        case .invalidMetadata: "The name, namespace or another part of the metadata isn't what Kubernetes accepts."
        case .reservedAnnotation: "The annotation or label is reserved for the system, or not supported on this kind."
        case .invalidLabel: "A label's name or value isn't what Kubernetes accepts."
        case .invalidSelector: "The selector can't select what it seems to: it has wildcards, empty names or no labels."
        case .invalidExportTo: "The list of namespaces that may see the object contradicts itself or has a malformed entry."
        case .invalidDuration: "The duration is too short, too long, or finer than the data plane keeps it."
        case .invalidHost: "The host is not a domain name, or not one that is allowed here."
        case .invalidAddress: "The address is not an IP address, a CIDR block or a socket path, as the field asks for."
        case .invalidPort: "The port number is outside 1 to 65535 or doesn't fit the rest of the object."
        case .invalidPortName: "The name of the port is missing or isn't a DNS label."
        case .unknownProtocol: "The protocol isn't one that the mesh knows, or isn't allowed here."
        case .duplicatePort: "Two ports have the same name or number."
        case .invalidEndpoint: "The endpoint's address or ports don't fit the service."
        case .resolutionMismatch: "The service's resolution doesn't go with its hosts, addresses, endpoints or protocols."
        case .ambiguousPort: "Traffic to the port can't be told apart by host, because its protocol carries none."
        case .partialWildcard: "A wildcard may only stand for whole labels, as in *.example.com."
        case .invalidProbe: "The health check of the workload is incomplete."
        case .missingRoute: "The rule does nothing: it has no destination, redirect, direct response or delegate."
        case .conflictingActions: "The rule has two actions that exclude each other."
        case .invalidDestination: "The destination of a route is missing or isn't a host of a service."
        case .invalidWeight: "The weights of the destinations are negative or add up to nothing."
        case .invalidMatch: "The condition is incomplete or can't be evaluated."
        case .invalidRegex: "The regular expression isn't one that RE2, the engine of the data plane, accepts."
        case .invalidHeader: "The header name or value can't be set, added, removed or matched."
        case .invalidRedirect: "The redirect is incomplete or contradicts itself."
        case .invalidRewrite: "The rewrite is incomplete or contradicts itself."
        case .invalidRetry: "The retry policy has a condition or number that the data plane doesn't know."
        case .invalidFault: "The fault to inject is incomplete or out of range."
        case .invalidMirror: "The mirror's destination or percentage is missing or out of range."
        case .invalidCors: "The CORS policy has a method, origin or age that can't be used."
        case .invalidDelegate: "A root route and its delegate divide the work wrongly."
        case .invalidGatewayName: "The reference to a gateway isn't a name or namespace/name."
        case .duplicateHost: "Two hosts of the object cover the same names."
        case .invalidServerName: "The TLS server name isn't covered by the hosts of the object."
        case .unusedRule: "A rule before this one takes all its traffic."
        case .invalidStatus: "The HTTP or gRPC status isn't one that can be sent."
        case .emptyPolicy: "The policy has no setting."
        case .invalidLoadBalancer: "The load balancer's settings are incomplete or contradict each other."
        case .invalidConnectionPool: "The connection pool's settings are out of range or contradict each other."
        case .invalidOutlierDetection: "The outlier detection's settings are out of range or have no effect."
        case .invalidClientTLS: "The TLS settings towards the server are incomplete or contradict each other."
        case .invalidSubset: "The subset has no name, a malformed one, or one that is taken."
        case .invalidTunnel: "The tunnel's target or protocol is missing or not supported."
        case .invalidLocality: "The locality weights or failover rules contradict each other."
        case .invalidListener: "The sidecar's listener is incomplete or collides with another."
        case .invalidListenerHost: "The host isn't written as namespace/name, or isn't one that can be imported."
        case .invalidServer: "The gateway's server is incomplete or collides with another."
        case .invalidServerTLS: "The TLS settings towards clients are incomplete or contradict each other."
        case .invalidTrafficMode: "The outbound traffic policy isn't allowed here."
        case .invalidAuthorizationRule: "The authorization rule is empty, malformed, or can never match."
        case .invalidTargetReference: "The policy's target is missing or of a kind that it can't be attached to."
        case .invalidPeerAuthentication: "The mutual TLS settings of a port are misplaced or malformed."
        case .invalidRequestAuthentication: "The JWT rule is incomplete or malformed."
        case .invalidTelemetry: "The telemetry settings are out of range or refer to nothing."
        case .invalidExternalService: "The external service can't be turned into a service entry as it is."
        case .invalidMeshPolicy: "The Gloo Mesh policy is incomplete or out of range."
        }
    }
}
