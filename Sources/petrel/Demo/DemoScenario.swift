/// One of the two jobs that Petrel exists for, as files and as what must come out.
struct DemoScenario {
    /// A file of the configuration.
    struct File {
        var name: String
        var text: String
    }

    /// The external service of the scenario.
    struct Service {
        /// Name and port that the configuration sends the request to.
        var host: String
        var port: Int
        var isTLS: Bool
        /// Pages of the stand-in.
        var pages: [String: String]
    }

    /// What the stand-in must have seen.
    struct Expectation {
        var path: String
        var host: String
        /// Server name of the TLS handshake; nil for plain HTTP.
        var serverName: String?
        /// Text that the answer contains.
        var answer: String
    }

    var title: String
    var files: [File]
    var service: Service
    /// What the unmodified program requests.
    var url: String
    var expected: Expectation
    /// Route configuration and virtual host that the request meets.
    var routeConfiguration = "80"
    var virtualHost: String
    var cluster: String
}

extension DemoScenario {
    static let all = [externalService, serviceEntry]

    /// The seed "External Services": a Gloo Mesh Destination.
    static let externalService = DemoScenario(
        title: "External Services: a name of your own for a service outside the mesh",
        files: [
            File(name: "external-service/destination.yaml", text: DemoFiles.destination),
            File(name: "external-service/mesh.yaml", text: DemoFiles.mesh),
        ],
        service: Service(
            host: "solo.io", port: 80, isTLS: false,
            pages: ["/": "<!DOCTYPE html>\n<html>\n<head><title>Solo.io</title></head>\n<body>\nThe page of the endpoint behind foo.bar.global.\n</body>\n</html>\n"]),
        url: "http://foo.bar.global",
        expected: Expectation(path: "/", host: "foo.bar.global", serverName: nil, answer: "</html>"),
        virtualHost: "foo.bar.global:80",
        cluster: "outbound|80||foo.bar.global")

    /// The seed "ServiceEntry": an internal name that leads to an external TLS
    /// service.
    static let serviceEntry = DemoScenario(
        title: "ServiceEntry: a plain request inside becomes a verified TLS request outside",
        files: [
            File(name: "service-entry/service-entry.yaml", text: DemoFiles.serviceEntry),
            File(name: "service-entry/virtual-service.yaml", text: DemoFiles.virtualService),
            File(name: "service-entry/destination-rule.yaml", text: DemoFiles.destinationRule),
            File(name: "service-entry/webserver.yaml", text: DemoFiles.webserver),
        ],
        service: Service(
            host: "raw.githubusercontent.com", port: 443, isTLS: true,
            pages: ["/mcasperson/NodejsProxy/master/externalservice1.txt": "External Service 1\n"]),
        url: "http://webserver/",
        expected: Expectation(
            path: "/mcasperson/NodejsProxy/master/externalservice1.txt", host: "raw.githubusercontent.com",
            serverName: "raw.githubusercontent.com", answer: "External Service 1"),
        virtualHost: "webserver.default.svc.cluster.local:80",
        cluster: "outbound|443||raw.githubusercontent.com")
}
