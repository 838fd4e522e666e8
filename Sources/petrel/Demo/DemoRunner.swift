internal import ConfigGeneration
internal import ConfigStore
internal import EnvoyAPI
internal import LocalControl
internal import ManagementPlane
internal import MeshAPI
internal import MeshCompilation
internal import MeshRuntime
internal import PetrelTestKit
internal import ServiceRegistry

/// Plays one scenario and says at each step what really happened.
struct DemoRunner {
    let terminal: Terminal
    let dataPlane: DataPlaneName
    let envoyPath: String?
    let online: Bool

    /// - Returns: What was not as expected, in sentences.
    func run(_ scenario: DemoScenario, letter: String) async throws -> [String] {
        terminal.line()
        terminal.line(terminal.styled("Scenario \(letter)  \(scenario.title)", .bold))
        let directory = try TemporaryDirectory()
        let stage = try await DemoStage(scenario, directory: directory, online: online)
        var options = MeshOptions(dataPlane: dataPlane, envoyPath: envoyPath)
        options.accessLog = .none
        let mesh = try await MeshStart.running(
            source: stage.source, options: options, reporter: EventReporter(terminal: terminal, quiet: true))

        step(1, "declared", scenario.files.map(\.name).joined(separator: ", "))
        for file in scenario.files where !file.text.hasPrefix("#") { terminal.block(file.text.trimmed, style: .cyan) }
        let compiled = await mesh.compiled
        for object in compiled.translation.objects {
            step(2, "became", "\(object.reference)")
            terminal.block(object.value.yaml().trimmed, style: .cyan)
        }
        try showConfiguration(of: compiled, scenario: scenario)

        let outcome = try await CapturedCurl(mesh: mesh, directory: directory).get(scenario.url)
        step(4, "the app sent", "curl \(scenario.url), connected to \(outcome.address ?? "nothing")")
        terminal.block(outcome.request.joined(separator: "\n"), style: .cyan)
        let seen = stage.origin?.recorded() ?? []
        if stage.origin != nil { showOrigin(seen, scenario: scenario) }
        step(6, "the app got", outcome.response.first ?? "no answer (curl exit \(outcome.status))")
        terminal.block(outcome.body.trimmed.prefix(600).description, style: .cyan)

        var failures = check(outcome, seen: seen, scenario: scenario, letter: letter)
        if let stats = await mesh.envoyStatistics(matching: "update_rejected") {
            let rejected = stats.reduce(0) { $0 + $1.value }
            step(7, "Envoy's admin", "update_rejected \(rejected) over \(stats.count) counters")
            if rejected != 0 { failures.append("Scenario \(letter): Envoy rejected \(rejected) updates.") }
        }
        await mesh.shutdown(drain: .zero)
        await stage.origin?.shutdown()
        let verdict = failures.isEmpty ? terminal.styled("as expected", .green) : terminal.styled("not as expected", .red)
        terminal.line("  \(verdict)")
        return failures
    }

    private func step(_ number: Int, _ name: String, _ text: String) {
        let padded = name + String(repeating: " ", count: max(0, 16 - name.count))
        terminal.line("  \(terminal.styled("\(number) \(padded)", .bold))\(text)")
    }

    private func showConfiguration(of compiled: CompiledMesh, scenario: DemoScenario) throws {
        let resources = compiled.configuration(for: ProxyIdentity(workload: WorkloadIdentity())).resources
        step(3, "the proxy got", "\(resources.listeners.count) listeners, \(resources.routes.count) route configurations, \(resources.clusters.count) clusters; of these:")
        let hosts = resources.routes.first { $0.name == scenario.routeConfiguration }?.virtualHosts ?? []
        if let host = hosts.first(where: { $0.name == scenario.virtualHost }) {
            terminal.block("virtual host \(host.name), domains \(host.domains.joined(separator: " "))", style: .cyan)
            for route in host.routes { terminal.block(DemoSummary.route(route), style: .cyan) }
        }
        if let cluster = resources.clusters.first(where: { $0.name == scenario.cluster }) {
            terminal.block(DemoSummary.cluster(cluster), style: .cyan)
        }
    }

    private func showOrigin(_ requests: [OriginRequest], scenario: DemoScenario) {
        guard let request = requests.last else {
            step(5, "the origin saw", "nothing")
            return
        }
        let tls = request.tls.map { "TLS \($0.version?.rawValue ?? "?"), server name \($0.serverName ?? "none")" } ?? "plain text"
        step(5, "the origin saw", "\(scenario.service.host):\(scenario.service.port), \(tls)")
        terminal.block("\(request.method) \(request.target) \(request.version)", style: .cyan)
        terminal.block(request.headers.map { "\($0)" }.joined(separator: "\n"), style: .cyan)
    }

    private func check(
        _ outcome: CapturedCurl.Outcome, seen: [OriginRequest], scenario: DemoScenario, letter: String
    ) -> [String] {
        var failures: [String] = []
        func expect(_ condition: Bool, _ text: String) {
            if !condition { failures.append("Scenario \(letter): \(text)") }
        }
        expect(outcome.status == 0, "curl exited \(outcome.status): \(outcome.log.trimmed)")
        expect(outcome.body.contains(scenario.expected.answer), "the answer does not contain \(scenario.expected.answer)")
        guard !online else { return failures }
        guard let request = seen.last else {
            return failures + ["Scenario \(letter): the origin saw no request."]
        }
        expect(request.path == scenario.expected.path, "the origin saw path \(request.path), not \(scenario.expected.path)")
        expect(request.host == scenario.expected.host, "the origin saw Host \(request.host ?? "none"), not \(scenario.expected.host)")
        expect(
            request.tls?.serverName == scenario.expected.serverName,
            "the origin saw server name \(request.tls?.serverName ?? "none"), not \(scenario.expected.serverName ?? "none")")
        return failures
    }
}

extension String {
    /// Without line ends at the end.
    var trimmed: String {
        var text = self[...]
        while text.last?.isNewline == true { text = text.dropLast() }
        return String(text)
    }
}
