public import ArgumentParser
public import MeshRuntime

/// The options of the commands that run a mesh.
struct DataPlaneOptions: ParsableArguments {
    @Option(name: .long, help: ArgumentHelp("petrel, envoy or none.", valueName: "name"))
    var dataPlane: DataPlaneName = .petrel

    @Option(name: .long, help: ArgumentHelp("The Envoy to run; by default the one on the PATH.", valueName: "path"))
    var envoyPath: String?

    @Option(name: .long, help: ArgumentHelp("Worker threads of the proxy; by default one for each core.", valueName: "count"))
    var concurrency: Int?

    @Option(name: .long, help: ArgumentHelp("Loopback port of the xDS server; 0 takes any that is free.", valueName: "port"))
    var xdsPort: UInt16 = 0

    @Option(name: .long, help: ArgumentHelp("Where access-log lines go: a file, or - for standard output.", valueName: "file"))
    var accessLog = "-"

    @Option(
        name: .long, parsing: .singleValue,
        help: ArgumentHelp(
            "Who is asked about names outside the mesh; by default the servers of /etc/resolv.conf. May be repeated.",
            valueName: "address[:port]"))
    var dnsServer: [DNSServerAddress] = []

    @Option(name: .long, help: ArgumentHelp("Seconds that requests in flight are given on Ctrl-C.", valueName: "seconds"))
    var drain = 5

    func validate() throws {
        if let concurrency, !(1...256).contains(concurrency) {
            throw ValidationError("--concurrency takes 1 to 256, not \(concurrency).")
        }
        guard (0...3600).contains(drain) else {
            throw ValidationError("--drain takes 0 to 3600 seconds, not \(drain).")
        }
    }

    var drainTime: Duration { .seconds(drain) }

    func options() -> MeshOptions {
        MeshOptions(
            dataPlane: dataPlane, envoyPath: envoyPath, concurrency: concurrency, xdsPort: xdsPort,
            accessLog: accessLog == "-" ? .standardOutput : .file(accessLog), dnsServers: dnsServer)
    }
}

extension DNSServerAddress: ExpressibleByArgument {
    public init?(argument: String) {
        self.init(argument)
    }
}

extension DataPlaneName: ExpressibleByArgument {}
