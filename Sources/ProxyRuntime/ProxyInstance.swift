internal import CPetrelSystem
public import DataPlane
public import DiscoveryClient
internal import EnvoyAPI
internal import Synchronization
internal import SwiftProtobuf
internal import TrafficModel

/// A whole sidecar: a data plane with the configuration of a bootstrap, and
/// of the control plane that it names.
public final class ProxyInstance: Sendable {
    /// What can keep a proxy from starting.
    public struct StartFailure: Error, Sendable, CustomStringConvertible {
        /// What kind, for the exit status.
        public enum Kind: Sendable { case configuration, unavailable }
        /// What kind.
        public let kind: Kind
        /// One line for each thing that is wrong.
        public let description: String
    }

    /// The version that this proxy says it has.
    public static let version = "0.1.0"

    /// The data plane.
    public let plane: DataPlane
    /// What runs with the configuration.
    public let workload: Workload
    /// The conversation with the control plane; nil without one.
    public let discovery: DiscoveryClient?
    let bootstrap: ProxyBootstrap
    private let inForce: ConfigurationInForce
    private let conversation = Mutex<Task<Void, Never>?>(nil)

    /// A proxy that isn't started.
    ///
    /// - Parameters:
    ///   - bootstrap: What to run.
    ///   - configuration: How to run it.
    ///   - observe: Told what happens between the proxy and its control plane.
    public init(
        _ bootstrap: ProxyBootstrap, configuration: DataPlaneConfiguration = DataPlaneConfiguration(),
        observe: @escaping @Sendable (DiscoveryClient.Event) -> Void = { _ in }
    ) {
        self.bootstrap = bootstrap
        var configuration = configuration
        if configuration.metricSource == nil { configuration.metricSource = MetricSource(bootstrap.message.node) }
        plane = DataPlane(configuration)
        workload = plane.makeWorkload("bootstrap")
        let node = bootstrap.message.node
        inForce = ConfigurationInForce(workload, environment: NameTable.Environment(node))
        guard let controlPlane = bootstrap.controlPlane else {
            discovery = nil
            return
        }
        var asking = ClientSession.Configuration()
        asking.node = node
        if asking.node.userAgentName.isEmpty { asking.node.userAgentName = "petrel" }
        // Only Istio's control plane knows name tables, and it makes one only
        // for proxies that say this.
        if node.metadata.fields["DNS_CAPTURE"].map({ $0.boolValue || $0.stringValue == "true" }) == true {
            asking.wildcards.append(.nameTable)
        }
        asking.fixed = bootstrap.fixedNames
        discovery = DiscoveryClient(controlPlane, configuration: asking, applier: inForce, observe: observe)
    }

    /// Looks at a bootstrap's own resources without serving them.
    public static func validate(_ bootstrap: ProxyBootstrap) throws(StartFailure) {
        let own = bootstrap.controlPlane.map { ResourceName.cluster($0.clusterName) }
        let rejections = TrafficTables.compile(bootstrap.resources).rejections.filter { ResourceName($0) != own }
        guard rejections.isEmpty else {
            let lines = rejections.map { "\(ResourceName($0)): \($0.message)" }
            throw StartFailure(kind: .configuration, description: lines.joined(separator: "\n"))
        }
    }

    /// Starts the workers with the bootstrap's own resources, and the
    /// conversation with the control plane.
    public func start() async throws(StartFailure) {
        if discovery != nil, bootstrap.message.node.id.isEmpty {
            throw StartFailure(kind: .configuration, description: "node.id: must be set, since the control plane asks for it")
        }
        plane.start()
        var update = ResourceUpdate()
        update.updated = bootstrap.resources
        var refused = await inForce.apply(update, checking: ResourceSet())
        // No request goes through the cluster that only the control plane is
        // reached by: it need not be one that the data plane can use.
        if let name = bootstrap.controlPlane?.clusterName { refused[.cluster(name)] = nil }
        guard refused.isEmpty else {
            let cannotListen = refused.values.contains { $0.hasPrefix("cannot listen") }
            let lines = refused.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }
            throw StartFailure(
                kind: cannotListen ? .unavailable : .configuration, description: lines.joined(separator: "\n"))
        }
        guard let discovery else { return }
        conversation.withLock { $0 = Task { await discovery.run() } }
    }

    /// Gives back the memory that only the start needed: pages of code, which
    /// most of a small proxy's memory is, and free pages of the heap.
    public static func releaseStartupMemory() { petrel_release_startup_memory() }

    /// Whether the configuration that it started for is complete.
    public var isReady: Bool { discovery?.holding.isInitialized ?? true }

    /// What the control plane gave of one type and is in force.
    func active(_ type: EnvoyTypeURL) -> [DiscoveredResource] {
        (discovery?.holding.types[type]?.active ?? [:]).values.map(\.resource)
    }

    /// Takes no more connections, ends the conversation with the control plane
    /// and returns when the requests under way are done, at the latest after
    /// `deadline`.
    public func drain(deadline: Duration) async {
        conversation.withLock { $0?.cancel() }
        await plane.drain(deadline: deadline)
    }
}

extension MetricSource {
    /// What Istio's metadata says of a proxy; nil for a node without it.
    init?(_ node: Envoy_Config_Core_V3_Node) {
        let fields = node.metadata.fields
        guard !fields.isEmpty else { return nil }
        self.init()
        func text(_ name: String) -> String? {
            fields[name].flatMap { $0.stringValue.isEmpty ? nil : $0.stringValue }
        }
        let labels = fields["LABELS"]?.structValue.fields ?? [:]
        func label(_ names: String...) -> String? {
            names.lazy.compactMap { labels[$0]?.stringValue }.first { !$0.isEmpty }
        }
        workload = text("WORKLOAD_NAME") ?? "unknown"
        namespace = text("NAMESPACE") ?? "unknown"
        cluster = text("CLUSTER_ID") ?? "unknown"
        app = label("app", "app.kubernetes.io/name") ?? "unknown"
        version = label("version", "app.kubernetes.io/version") ?? "unknown"
        canonicalService = label("service.istio.io/canonical-name", "app.kubernetes.io/name", "app") ?? text("WORKLOAD_NAME") ?? "unknown"
        canonicalRevision = label("service.istio.io/canonical-revision", "app.kubernetes.io/version", "version") ?? "latest"
        if let account = text("SERVICE_ACCOUNT"), let namespace = text("NAMESPACE") {
            principal = "spiffe://\(text("TRUST_DOMAIN") ?? "cluster.local")/ns/\(namespace)/sa/\(account)"
        }
    }
}

extension NameTable.Environment {
    /// Where Istio's metadata says that the workload stands.
    init(_ node: Envoy_Config_Core_V3_Node) {
        let fields = node.metadata.fields
        let namespace = fields["NAMESPACE"]?.stringValue ?? "default"
        // `type~address~name.namespace~domain`
        let domain = node.id.split(separator: "~").last.map(String.init).flatMap { node.id.contains("~") ? $0 : nil }
        let cluster = domain?.split(separator: "svc.", maxSplits: 1).last.map(String.init) ?? "cluster.local"
        self.init(
            namespace: namespace, domain: "svc.\(cluster)",
            searchDomains: ["\(namespace).svc.\(cluster)", "svc.\(cluster)", cluster])
    }
}
