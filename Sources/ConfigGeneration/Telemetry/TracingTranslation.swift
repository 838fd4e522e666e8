internal import EnvoyAPI
internal import MeshAPI
internal import ServiceRegistry
internal import SwiftProtobuf

private typealias Tag = Envoy_Type_Tracing_V3_CustomTag
private typealias Tracer = Envoy_Config_Trace_V3_Tracing.Http

/// Writes how Envoy traces requests.
struct TracingTranslation {
    let context: ProxyContext

    /// - Returns: nil when there is nobody who takes the traces.
    func message(_ selection: TracingSelection) -> EnvoyHTTPManager.Tracing? {
        guard let name = selection.provider,
            let provider = context.mesh.extensionProviders.first(where: { $0.name == name }),
            let (tracer, tagLength) = tracer(provider)
        else { return nil }
        var tracing = EnvoyHTTPManager.Tracing()
        tracing.provider = tracer
        tracing.clientSampling.value = 100
        tracing.randomSampling.value = selection.percentage
        tracing.overallSampling.value = 100
        if let tagLength { tracing.maxPathTagLength = .init(tagLength) }
        tracing.noContextPropagation = selection.leavesHeadersAlone
        let istio = selection.addsIstioTags ? istioTags : [:]
        let custom = selection.tags.mapValues(Self.tag)
        tracing.customTags = istio.merging(custom) { $1 }.sorted { $0.key < $1.key }.map { name, tag in
            var tag = tag
            tag.tag = name
            return tag
        }
        return tracing
    }

    /// Who the proxy is, on every span.
    private var istioTags: [String: Envoy_Type_Tracing_V3_CustomTag] {
        let labels = context.proxy.labels
        let name = labels["service.istio.io/canonical-name"] ?? labels["app.kubernetes.io/name"] ?? labels["app"]
        let revision = labels["service.istio.io/canonical-revision"] ?? labels["app.kubernetes.io/version"] ?? labels["version"]
        return [
            "istio.canonical_service": name ?? "unknown",
            "istio.canonical_revision": revision ?? "latest",
            "istio.cluster_id": context.options.clusterID,
            "istio.mesh_id": context.mesh.defaultConfig["meshId"]?.string ?? context.mesh.trustDomain,
            "istio.namespace": context.proxy.namespace,
        ].mapValues(Self.literal)
    }

    private static func literal(_ value: String) -> Envoy_Type_Tracing_V3_CustomTag {
        var tag = Tag()
        tag.literal.value = value
        return tag
    }

    private static func tag(_ source: Telemetry.CustomTag) -> Envoy_Type_Tracing_V3_CustomTag {
        var tag = Tag()
        if let literal = source.literal {
            tag.literal.value = literal.value
        } else if let variable = source.environment {
            tag.environment.name = variable.name
            tag.environment.defaultValue = variable.defaultValue
        } else if let header = source.header {
            tag.requestHeader.name = header.name
            tag.requestHeader.defaultValue = header.defaultValue
        } else if let formatter = source.formatter {
            tag.value = formatter.value
        }
        return tag
    }

    // MARK: - Tracers

    /// The tracer, and the longest path that it takes.
    private func tracer(_ provider: MeshConfig.ExtensionProvider) -> (Envoy_Config_Trace_V3_Tracing.Http, UInt32?)? {
        if let settings = provider.zipkin {
            guard let service = context.providerService(settings.service, port: settings.port) else { return nil }
            var config = Envoy_Config_Trace_V3_ZipkinConfig()
            config.collectorCluster = service.cluster
            config.collectorEndpoint = settings.path.isEmpty ? "/api/v2/spans" : settings.path
            config.collectorEndpointVersion = .httpJson
            config.collectorHostname = service.host
            config.traceID128Bit = !settings.enable64bitTraceId
            config.sharedSpanContext = .init(false)
            return (Self.tracer("envoy.tracers.zipkin", config), settings.maxTagLength)
        }
        if let settings = provider.datadog {
            guard let service = context.providerService(settings.service, port: settings.port) else { return nil }
            var config = Envoy_Config_Trace_V3_DatadogConfig()
            config.collectorCluster = service.cluster
            config.serviceName = serviceName
            config.collectorHostname = service.host
            return (Self.tracer("envoy.tracers.datadog", config), settings.maxTagLength)
        }
        if let settings = provider.skywalking {
            guard let service = context.providerService(settings.service, port: settings.port) else { return nil }
            var config = Envoy_Config_Trace_V3_SkyWalkingConfig()
            config.grpcService = service.grpc
            config.clientConfig.serviceName = serviceName
            config.clientConfig.instanceName = context.proxy.name
            if !settings.accessToken.isEmpty { config.clientConfig.backendToken = settings.accessToken }
            return (Self.tracer("envoy.tracers.skywalking", config), nil)
        }
        if let settings = provider.opentelemetry {
            guard let service = context.providerService(settings.service, port: settings.port) else { return nil }
            var config = Envoy_Config_Trace_V3_OpenTelemetryConfig()
            config.grpcService = service.grpc
            config.serviceName = serviceName
            return (Self.tracer("envoy.tracers.opentelemetry", config), settings.maxTagLength)
        }
        return nil
    }

    /// The workload that spans are of.
    private var serviceName: String { "\(context.proxy.labels["app"] ?? context.proxy.name).\(context.proxy.namespace)" }

    private static func tracer(_ name: String, _ config: some Message) -> Envoy_Config_Trace_V3_Tracing.Http {
        var tracer = Tracer()
        tracer.name = name
        tracer.typedConfig = config.packed
        return tracer
    }
}
