internal import EnvoyAPI
internal import MeshAPI
internal import SwiftProtobuf

private typealias Format = Envoy_Config_Core_V3_SubstitutionFormatString

/// Writes the loggers of Envoy.
struct AccessLogTranslation {
    let context: ProxyContext

    /// The log that the mesh's settings ask for.
    var meshLog: EnvoyAccessLog { file(context.mesh.accessLogFile, meshFormat) }

    /// - Returns: nil when the provider takes no such logs, or its service is unknown.
    func log(_ provider: MeshConfig.ExtensionProvider, isHTTP: Bool) -> EnvoyAccessLog? {
        if let settings = provider.envoyFileAccessLog {
            let path = settings.path.isEmpty ? "/dev/stdout" : settings.path
            // The built-in provider follows the mesh's format.
            if provider.name == "envoy", settings.logFormat == nil, !settings.omitEmptyValues { return file(path, meshFormat) }
            var format = Self.format(settings.logFormat)
            format.omitEmptyValues = settings.omitEmptyValues
            return file(path, format)
        }
        if let settings = provider.envoyHttpAls { return isHTTP ? requests(settings) : nil }
        if let settings = provider.envoyTcpAls { return connections(settings) }
        if let settings = provider.envoyOtelAls { return openTelemetry(settings) }
        return nil
    }

    /// A CEL expression that says what is logged.
    func filter(_ expression: String) -> Envoy_Config_Accesslog_V3_AccessLogFilter {
        var cel = Envoy_Extensions_AccessLoggers_Filters_Cel_V3_ExpressionFilter()
        cel.expression = expression
        var filter = Envoy_Config_Accesslog_V3_AccessLogFilter()
        filter.extensionFilter.name = "envoy.access_loggers.extension_filters.cel"
        filter.extensionFilter.typedConfig = cel.packed
        return filter
    }

    /// The log of a listener, which only has what no filter chain logs.
    func onlyUnclaimed(_ log: EnvoyAccessLog, _ filter: Envoy_Config_Accesslog_V3_AccessLogFilter?) -> EnvoyAccessLog {
        var unclaimed = Envoy_Config_Accesslog_V3_AccessLogFilter()
        unclaimed.responseFlagFilter.flags = ["NR"]
        var log = log
        if let filter {
            log.filter.andFilter.filters = [unclaimed, filter]
        } else {
            log.filter = unclaimed
        }
        return log
    }

    // MARK: - Files

    private func file(_ path: String, _ format: Envoy_Config_Core_V3_SubstitutionFormatString) -> EnvoyAccessLog {
        var config = Envoy_Extensions_AccessLoggers_File_V3_FileAccessLog()
        config.path = path
        config.logFormat = format
        return Self.logger("envoy.access_loggers.file", config)
    }

    private var meshFormat: Envoy_Config_Core_V3_SubstitutionFormatString {
        let written = context.mesh.accessLogFormat
        switch context.mesh.accessLogEncoding {
        case .text: return Self.text(written.isEmpty ? AccessLogDefaults.text : written)
        case .json: return Self.json(ConfigValue(json: written) ?? .null)
        }
    }

    private static func format(
        _ source: MeshConfig.ExtensionProvider.LogFormat?
    ) -> Envoy_Config_Core_V3_SubstitutionFormatString {
        guard let source else { return text(AccessLogDefaults.text) }
        if let written = source.text { return text(written.isEmpty ? AccessLogDefaults.text : written) }
        return json(source.labels)
    }

    private static func text(_ format: String) -> Envoy_Config_Core_V3_SubstitutionFormatString {
        var message = Format()
        message.textFormatSource.inlineString = format
        message.formatters = formatters(format)
        return message
    }

    private static func json(_ labels: ConfigValue) -> Envoy_Config_Core_V3_SubstitutionFormatString {
        var message = Format()
        let fields = labels.object.map { Array($0) } ?? []
        message.jsonFormat.fields = fields.isEmpty
            ? AccessLogDefaults.json.mapValues { .init(stringValue: $0) }
            : Dictionary(fields.map { ($0.name, value($0.value)) }, uniquingKeysWith: { $1 })
        message.formatters = formatters(labels.json())
        return message
    }

    private static func value(_ source: ConfigValue) -> Google_Protobuf_Value {
        switch source {
        case .null:
            var value = Google_Protobuf_Value()
            value.nullValue = .nullValue
            return value
        case .bool(let flag): return .init(boolValue: flag)
        case .int(let number): return .init(numberValue: Double(number))
        case .double(let number): return .init(numberValue: number)
        case .string(let text): return .init(stringValue: text)
        case .array(let items): return .init(listValue: .init(values: items.map(value)))
        case .object(let fields):
            return .init(structValue: .init(fields: Dictionary(fields.map { ($0.name, value($0.value)) }, uniquingKeysWith: { $1 })))
        }
    }

    /// Commands that Envoy knows only by extension.
    private static func formatters(_ format: String) -> [Envoy_Config_Core_V3_TypedExtensionConfig] {
        var found: [Envoy_Config_Core_V3_TypedExtensionConfig] = []
        func add(_ command: String, _ name: String, _ config: some Message) {
            guard format.contains(command) else { return }
            var formatter = Envoy_Config_Core_V3_TypedExtensionConfig()
            formatter.name = name
            formatter.typedConfig = config.packed
            found.append(formatter)
        }
        add("%REQ_WITHOUT_QUERY", "envoy.formatter.req_without_query", Envoy_Extensions_Formatter_ReqWithoutQuery_V3_ReqWithoutQuery())
        add("%METADATA", "envoy.formatter.metadata", Envoy_Extensions_Formatter_Metadata_V3_Metadata())
        return found
    }

    // MARK: - Services

    private func common(
        _ name: String, _ service: ProviderService, _ objects: [String]
    ) -> Envoy_Extensions_AccessLoggers_Grpc_V3_CommonGrpcAccessLogConfig {
        var config = Envoy_Extensions_AccessLoggers_Grpc_V3_CommonGrpcAccessLogConfig()
        config.logName = name
        config.grpcService = service.grpc
        config.transportApiVersion = .v3
        config.filterStateObjectsToLog = objects
        return config
    }

    private func requests(_ settings: MeshConfig.ExtensionProvider.HTTPAccessLogService) -> EnvoyAccessLog? {
        guard let service = context.providerService(settings.service, port: settings.port) else { return nil }
        var config = Envoy_Extensions_AccessLoggers_Grpc_V3_HttpGrpcAccessLogConfig()
        config.commonConfig = common(
            settings.logName.isEmpty ? "http_envoy_accesslog" : settings.logName, service,
            settings.filterStateObjectsToLog)
        config.additionalRequestHeadersToLog = settings.additionalRequestHeadersToLog
        config.additionalResponseHeadersToLog = settings.additionalResponseHeadersToLog
        config.additionalResponseTrailersToLog = settings.additionalResponseTrailersToLog
        return Self.logger("envoy.access_loggers.http_grpc", config)
    }

    private func connections(_ settings: MeshConfig.ExtensionProvider.TCPAccessLogService) -> EnvoyAccessLog? {
        guard let service = context.providerService(settings.service, port: settings.port) else { return nil }
        var config = Envoy_Extensions_AccessLoggers_Grpc_V3_TcpGrpcAccessLogConfig()
        config.commonConfig = common(
            settings.logName.isEmpty ? "tcp_envoy_accesslog" : settings.logName, service, settings.filterStateObjectsToLog)
        return Self.logger("envoy.access_loggers.tcp_grpc", config)
    }

    private func openTelemetry(_ settings: MeshConfig.ExtensionProvider.OpenTelemetryAccessLog) -> EnvoyAccessLog? {
        guard let service = context.providerService(settings.service, port: settings.port) else { return nil }
        var config = Envoy_Extensions_AccessLoggers_OpenTelemetry_V3_OpenTelemetryAccessLogConfig()
        config.grpcService = service.grpc
        config.logName = settings.logName.isEmpty ? "otel_envoy_accesslog" : settings.logName
        config.body.stringValue = settings.logFormat?.text ?? AccessLogDefaults.text
        for field in settings.logFormat?.labels.object ?? [:] {
            var pair = Opentelemetry_Proto_Common_V1_KeyValue()
            pair.key = field.name
            pair.value.stringValue = field.value.string ?? field.value.json()
            config.attributes.values.append(pair)
        }
        return Self.logger("envoy.access_loggers.open_telemetry", config)
    }

    private static func logger(_ name: String, _ config: some Message) -> EnvoyAccessLog {
        var log = EnvoyAccessLog()
        log.name = name
        log.typedConfig = config.packed
        return log
    }
}
