import EnvoyAPI
import Glibc
import Testing
import TrafficModel

@testable import DataPlane

/// A data plane with one listener on a free port, for one test.
final class TestProxy: Sendable {
    let plane: DataPlane
    let workload: Workload
    let port: UInt16

    init(_ resources: ProxyResources, configure: (inout DataPlaneConfiguration) -> Void = { _ in }) throws {
        var configuration = DataPlaneConfiguration()
        configuration.concurrency = 1
        configuration.usesHostsFile = false
        configure(&configuration)
        plane = DataPlane(configuration)
        plane.start()
        workload = plane.makeWorkload("test")
        let failures = workload.publish(try resources.tables())
        #expect(failures.isEmpty)
        port = workload.boundPort(listener: "listener") ?? 0
    }

    deinit { plane.stop() }

    func connect() throws -> RawSocket { try RawSocket(port: port) }

    /// Sends one request on a connection of its own.
    func exchange(_ request: String, toHead: Bool = false) throws -> HTTPText {
        let socket = try connect()
        try socket.write(request)
        return try socket.readMessage(toHead: toHead)
    }
}

/// Envoy resources of a test, put together as JSON.
struct ProxyResources {
    /// JSON of the listener's `filterChains` entry, or of its filters.
    var listenerFields = ""
    var chains = ""
    var clusters: [String] = []

    /// One HTTP listener whose routes are given.
    static func http(
        _ virtualHosts: String, clusters: [String], manager: String = "", listener: String = "", filters own: String = "",
        router: String = ""
    ) -> ProxyResources {
        let routes = "\"routeConfig\":{\"name\":\"routes\",\"ignorePortInHostMatching\":true,\"virtualHosts\":[\(virtualHosts)]}"
        let filters = """
            {"name":"envoy.filters.network.http_connection_manager","typedConfig":{"@type":\
            "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",\
            "statPrefix":"test",\(routes),"httpFilters":[\(own){"name":"envoy.filters.http.router","typedConfig":{"@type":\
            "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router"\(router)}}]\(manager)}}
            """
        return ProxyResources(listenerFields: listener, chains: "{\"filters\":[\(filters)]}", clusters: clusters)
    }

    /// One HTTP listener that sends everything to `cluster`.
    static func proxy(to cluster: String, route: String = "", manager: String = "", listener: String = "") -> ProxyResources {
        http(
            "{\"name\":\"all\",\"domains\":[\"*\"],\"routes\":[{\"name\":\"main\",\"match\":{\"prefix\":\"/\"},\"route\":{\"cluster\":\"origin\"\(route)}}]}",
            clusters: [cluster], manager: manager, listener: listener)
    }

    /// One TCP listener that relays to `cluster`.
    static func tcp(to cluster: String, name: String = "origin") -> ProxyResources {
        let filters = """
            {"name":"envoy.filters.network.tcp_proxy","typedConfig":{"@type":\
            "type.googleapis.com/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy","statPrefix":"test","cluster":"\(name)"}}
            """
        return ProxyResources(chains: "{\"filters\":[\(filters)]}", clusters: [cluster])
    }

    /// A cluster with one address; `extra` is more JSON of it.
    static func cluster(_ port: UInt16, name: String = "origin", host: String = "127.0.0.1", type: String = "STATIC", extra: String = "") -> String {
        """
        {"name":"\(name)","type":"\(type)","connectTimeout":"2s","loadAssignment":{"clusterName":"\(name)","endpoints":[\
        {"lbEndpoints":[{"endpoint":{"address":{"socketAddress":{"address":"\(host)","portValue":\(port)}}}}]}]}\(extra)}
        """
    }

    /// TLS to the origin, as a cluster's `extra`.
    static func tls(authority: String, name: String, context: String = "", autoSNI: Bool = false) -> String {
        let options = """
            ,"typedExtensionProtocolOptions":{"envoy.extensions.upstreams.http.v3.HttpProtocolOptions":{"@type":\
            "type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions","upstreamHttpProtocolOptions":\
            {"autoSni":true,"autoSanValidation":true},"explicitHttpConfig":{"httpProtocolOptions":{}}}}
            """
        let sni = autoSNI ? "" : "\"sni\":\"\(name)\","
        let names = autoSNI ? "" : ",\"matchTypedSubjectAltNames\":[{\"sanType\":\"DNS\",\"matcher\":{\"exact\":\"\(name)\"}}]"
        return """
            ,"transportSocket":{"name":"envoy.transport_sockets.tls","typedConfig":{"@type":\
            "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext",\(sni)"commonTlsContext":{\
            "validationContext":{"trustedCa":{"filename":"\(authority)"}\(names)}}}}\(autoSNI ? options : "")
            """
    }

    func bootstrap() -> String {
        """
        {"staticResources":{"listeners":[{"name":"listener","address":{"socketAddress":{"address":"127.0.0.1","portValue":0}},\
        "filterChains":[\(chains)]\(listenerFields)}],"clusters":[\(clusters.joined(separator: ","))]}}
        """
    }

    func tables(after previous: TrafficTables? = nil) throws -> TrafficTables {
        let bootstrap = try EnvoyJSON.decode(Envoy_Config_Bootstrap_V3_Bootstrap.self, from: bootstrap())
        let resources = ResourceSet(listeners: bootstrap.staticResources.listeners, clusters: bootstrap.staticResources.clusters)
        let (tables, rejections) = TrafficTables.compile(resources, previous: previous)
        #expect(rejections.isEmpty, "\(rejections)")
        return tables
    }
}
