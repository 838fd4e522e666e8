internal import MeshAPI
internal import MeshCompilation
internal import MeshRuntime
internal import PetrelTestKit

/// What a scenario needs around it: its files on disk, the stand-in for its
/// external host, and the settings that lead there.
struct DemoStage {
    /// The stand-in; nil when the real host is used.
    let origin: Origin?
    let source: MeshSource
    /// Kept for as long as its certificates are in use.
    private let authority: CertificateAuthority?

    init(_ scenario: DemoScenario, directory: TemporaryDirectory, online: Bool) async throws {
        for file in scenario.files {
            try directory.write(file.text, to: "config/" + file.name)
        }
        var resolve: [String] = []
        if online {
            origin = nil
            authority = nil
        } else {
            let service = scenario.service
            let authority = service.isTLS ? try CertificateAuthority(name: "Petrel demo CA") : nil
            let tls = try authority.map { ServerTLS(try $0.server(service.host)) }
            let origin = try await Origin.start(tls: tls, pages: service.pages)
            resolve = ["\(service.host):\(service.port):\(origin.address):\(origin.port)"]
            self.origin = origin
            self.authority = authority
        }
        source = try MeshSource(
            files: [directory.path + "/config"],
            outboundTrafficPolicy: .registryOnly,
            resolve: resolve,
            trustBundle: authority?.certificateFile)
    }
}
