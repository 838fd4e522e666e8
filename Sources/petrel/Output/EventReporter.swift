internal import LocalControl
internal import MeshAPI
internal import MeshRuntime

/// Tells the person what happens in a running mesh, in a few lines.
struct EventReporter {
    var terminal: Terminal
    /// Only what went wrong is said.
    var quiet = false

    /// What is up, and how to use it.
    func welcome(mesh: RunningMesh, control: ControlPath, custom: Bool) async {
        let summary = await mesh.summary()
        let option = custom ? " --control \(control.path)" : ""
        terminal.line("\(terminal.styled("petrel", .bold)) is up: \(summary.objects) objects, \(summary.services) services, outbound \(summary.outboundPolicy)")
        terminal.line("  data plane   \(summary.dataPlane)")
        if let address = summary.xds { terminal.line("  xDS          \(address) (plaintext, loopback)") }
        for gateway in summary.gateways { terminal.line("  gateway      \(gateway)") }
        for host in summary.hosts.prefix(8) { terminal.line("  declared     \(host)") }
        if summary.hosts.count > 8 { terminal.line("               and \(summary.hosts.count - 8) more") }
        let example = summary.exampleURL ?? "http://HOST/"
        terminal.line("  try          petrel exec\(option) -- curl \(example)")
        terminal.line("  edit         save a file of the configuration and the next request follows it; Ctrl-C stops")
    }

    func report(_ event: MeshEvent) {
        switch event {
        case .applied(let revision, let objects, let services):
            note("Applied revision \(revision): \(objects) objects, \(services) services.")
        case .refused(let files, let violations):
            Terminal.complain(ViolationReport(violations).text)
            Terminal.complain("Refused \(files.joined(separator: ", ")); what was in force stays in force.")
        case .warned(let violations):
            if !quiet { Terminal.complain(ViolationReport(violations).text) }
        case .rejected(let proxy, let resource, let reason):
            Terminal.complain("\(proxy) refused \(resource): \(reason) Its last good state stays in force.")
        case .attached(let identity):
            note("\(identity) joined.")
        case .detached(let identity):
            note("\(identity) left.")
        case .dataPlane(let text):
            Terminal.complain(text)
        }
    }

    func note(_ text: String) {
        if !quiet { terminal.line(terminal.styled(text, .dim)) }
    }
}
