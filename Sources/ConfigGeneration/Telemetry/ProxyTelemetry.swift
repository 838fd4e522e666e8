internal import EnvoyAPI
internal import MeshAPI
internal import ServiceRegistry
internal import SwiftProtobuf

/// What a proxy reports: the answer of the Telemetry objects that apply to
/// it, or, without any, of the mesh's settings.
///
/// Of the root namespace, of the proxy's namespace and of those that select
/// the proxy, one object each counts, the oldest; what a nearer one says
/// stands instead of what a farther one says.
struct ProxyTelemetry {
    /// Of requests.
    private(set) var requestLogs: [EnvoyAccessLog] = []
    /// Of connections whose bytes are forwarded.
    private(set) var connectionLogs: [EnvoyAccessLog] = []
    /// Of connections that no filter chain takes.
    private(set) var listenerLogs: [EnvoyAccessLog] = []
    /// How requests are traced; nil when they aren't.
    private(set) var tracing: EnvoyHTTPManager.Tracing?
    /// Whether the request's id decides which requests are traced.
    private(set) var samplesByRequestID = true

    init(context: ProxyContext) {
        let applying = Self.applying(context)
        setLogs(AccessLogSelection(applying.map(\.spec.accessLogging), context: context), context)
        let selection = TracingSelection(applying.flatMap(\.spec.tracing), context: context)
        samplesByRequestID = selection.samplesByRequestID
        tracing = TracingTranslation(context: context).message(selection)
    }

    private static func applying(_ context: ProxyContext) -> [TelemetryObject] {
        let all = context.snapshot.telemetries
        if all.isEmpty { return [] }
        let root = context.mesh.rootNamespace
        let namespace = context.proxy.namespace
        var found: [TelemetryObject] = []
        for name in root == namespace ? [root] : [root, namespace] {
            if let whole = all.first(where: { $0.reference.namespace == name && $0.isForWholeNamespace }) { found.append(whole) }
        }
        let labels = context.proxy.labels
        let gateway = labels["gateway.networking.k8s.io/gateway-name"]
        let nearest = all.first { object in
            guard object.reference.namespace == namespace, !object.isForWholeNamespace else { return false }
            if !object.gateways.isEmpty { return gateway.map(object.gateways.contains) ?? false }
            return !object.selector.isEmpty && object.selector.allSatisfy { labels[$0.key] == $0.value }
        }
        return found + [nearest].compactMap { $0 }
    }

    private mutating func setLogs(_ selection: AccessLogSelection, _ context: ProxyContext) {
        let translation = AccessLogTranslation(context: context)
        guard let chosen = selection.chosen else {
            guard !context.mesh.accessLogFile.isEmpty else { return }
            let log = translation.meshLog
            requestLogs = [log]
            connectionLogs = [log]
            if !context.mesh.disableEnvoyListenerLog { listenerLogs = [translation.onlyUnclaimed(log, nil)] }
            return
        }
        for entry in chosen {
            guard let provider = Self.provider(entry.provider, context.mesh) else { continue }
            let filter = entry.filter.map(translation.filter)
            if var log = translation.log(provider, isHTTP: true) {
                if let filter { log.filter = filter }
                requestLogs.append(log)
            }
            if var log = translation.log(provider, isHTTP: false) {
                let whole = log
                if let filter { log.filter = filter }
                connectionLogs.append(log)
                if !context.mesh.disableEnvoyListenerLog { listenerLogs.append(translation.onlyUnclaimed(whole, filter)) }
            }
        }
    }

    /// `envoy` is there without being declared: the mesh's log on the standard output.
    static func provider(_ name: String, _ mesh: MeshConfig) -> MeshConfig.ExtensionProvider? {
        if let declared = mesh.extensionProviders.first(where: { $0.name == name }) { return declared }
        guard name == "envoy" else { return nil }
        return MeshConfig.ExtensionProvider {
            $0.name = name
            $0.envoyFileAccessLog = .init { $0.path = "/dev/stdout" }
        }
    }
}
