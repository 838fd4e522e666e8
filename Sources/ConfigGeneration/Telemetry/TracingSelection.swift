internal import MeshAPI
internal import ServiceRegistry

/// What is asked about a proxy's traces, by all who say something about them.
struct TracingSelection {
    /// Who takes the traces; nil when nobody does.
    private(set) var provider: String?
    /// The share of requests that is traced, in percent.
    private(set) var percentage: Double
    private(set) var tags: [String: Telemetry.CustomTag] = [:]
    private(set) var samplesByRequestID = true
    private(set) var addsIstioTags = true
    private(set) var leavesHeadersAlone = false

    /// - Parameter entries: from the root namespace to the nearest.
    init(_ entries: [Telemetry.Tracing], context: ProxyContext) {
        let mesh = context.mesh
        provider = mesh.defaultProviders?.tracing.first
        percentage = Self.number(mesh.defaultConfig["tracing"]?["sampling"]) ?? 1
        var isDisabled = false
        for entry in entries where (entry.match?.mode ?? .clientAndServer) != .server {
            if let named = entry.providers.first { provider = named.name }
            if let disables = entry.disableSpanReporting { isDisabled = disables }
            if let share = entry.randomSamplingPercentage { percentage = share }
            if !entry.customTags.isEmpty { tags = entry.customTags }
            if let decides = entry.useRequestIdForTraceSampling { samplesByRequestID = decides }
            if let adds = entry.enableIstioTags { addsIstioTags = adds }
            if let leaves = entry.disableContextPropagation { leavesHeadersAlone = leaves }
        }
        if isDisabled || !mesh.enableTracing { provider = nil }
    }

    private static func number(_ value: ConfigValue?) -> Double? {
        switch value {
        case .double(let number)?: number
        case .int(let number)?: Double(number)
        default: nil
        }
    }
}
