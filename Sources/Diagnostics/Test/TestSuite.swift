public import MeshAPI

/// A file of expectations that `petrel test` checks.
public struct TestSuite: ConfigFields {
    /// Files and directories of configuration, relative to this file.
    public var given: [String] = []
    /// Settings of the mesh; Istio's defaults where nothing is written.
    public var mesh: MeshConfig?
    /// Who sends the requests, where a case names nobody.
    public var `as` = TestProxy()
    /// The cases.
    public var cases: [TestCase] = []

    /// A suite without cases.
    public init() {}

    public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
        visitor.field("given", &given)
        visitor.field("mesh", &mesh)
        visitor.field("as", &`as`)
        visitor.field("cases", &cases)
    }
}

/// Who sends a request.
public struct TestProxy: ConfigFields {
    /// The role of a proxy.
    public enum Role: String, ConfigEnum {
        case sidecar, router
    }

    /// The role.
    public var type = Role.sidecar
    /// Namespace. Default `default`.
    public var namespace = ""
    /// Service account. Default `default`.
    public var serviceAccount = ""
    /// Labels of the workload.
    public var labels: [String: String] = [:]
    /// Addresses of the workload. Default 10.0.0.1.
    public var ips: [String] = []
    /// DNS domain. Default `NAMESPACE.svc.cluster.local`.
    public var dnsDomain = ""
    /// Node metadata under Istio's names.
    public var metadata: [String: String] = [:]

    /// An ordinary sidecar.
    public init() {}

    public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
        visitor.field("type", &type)
        visitor.field("namespace", &namespace)
        visitor.field("serviceAccount", &serviceAccount)
        visitor.field("labels", &labels)
        visitor.field("ips", &ips)
        visitor.field("dnsDomain", &dnsDomain)
        visitor.field("metadata", &metadata)
    }
}

/// One expectation.
public struct TestCase: ConfigFields {
    /// What the case is about.
    public var name = ""
    /// Who sends it, instead of the suite's.
    public var `as`: TestProxy?
    /// What is sent.
    public var when = TrafficQuery()
    /// What must come of it.
    public var expect = Expectation()

    /// A case that expects nothing.
    public init() {}

    public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
        visitor.field("name", &name)
        visitor.field("as", &`as`)
        visitor.field("when", &when)
        visitor.field("expect", &expect)
    }
}

/// What must come of a request. What isn't written isn't compared.
public struct Expectation: ConfigFields {
    public var listener: String?
    public var filterChain: String?
    public var routeConfig: String?
    public var virtualHost: String?
    public var route: String?
    public var cluster: String?
    /// Host that the other side receives.
    public var host: String?
    /// Path that the other side receives.
    public var path: String?
    /// Server name that the other side receives.
    public var sni: String?
    public var verdict: String?
    public var reason: String?
    /// Status that the proxy answers with.
    public var status: Int32?
    /// Addresses of a DNS answer, in any order.
    public var answers: [String]?
    /// Response code of a DNS answer.
    public var rcode: String?

    /// Expects nothing.
    public init() {}

    public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
        visitor.field("listener", &listener)
        visitor.field("filterChain", &filterChain)
        visitor.field("routeConfig", &routeConfig)
        visitor.field("virtualHost", &virtualHost)
        visitor.field("route", &route)
        visitor.field("cluster", &cluster)
        visitor.field("host", &host)
        visitor.field("path", &path)
        visitor.field("sni", &sni)
        visitor.field("verdict", &verdict)
        visitor.field("reason", &reason)
        visitor.field("status", &status)
        visitor.field("answers", &answers)
        visitor.field("rcode", &rcode)
    }
}
