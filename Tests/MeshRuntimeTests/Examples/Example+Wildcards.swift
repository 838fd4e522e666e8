import PetrelTestKit
import Testing

extension Example {
    static let wildcardHosts = Example("wildcard-hosts") { stage in
        // The proxy goes to the port that is declared, and no override leads elsewhere:
        // the stand-in has to have that port.
        let names = ["*.wikipedia.org", "*.wikibooks.org"]
        let certificate = try stage.authority.server("*.wikipedia.org", "*.wikibooks.org")
        guard let origin = try? await Origin.start(address: "127.0.0.3", port: 443, tls: ServerTLS(certificate), handler: { .text($0.host ?? "") })
        else { return }
        stage.keep(origin)
        try await stage.names([
            "de.wikipedia.org": "127.0.0.3", "en.wikibooks.org": "127.0.0.3", "notwikipedia.org": "127.0.0.3",
        ])
        let mesh = try await stage.mesh()
        let cacert = stage.authority.certificateFile
        for host in ["de.wikipedia.org", "en.wikibooks.org"] {
            let outcome = try await mesh.curl("https://\(host)/", "--cacert", cacert)
            #expect(outcome.output == host, "\(outcome)")
            #expect(origin.recorded().last?.tls?.serverName == host)
        }
        #expect(try await mesh.curl("https://notwikipedia.org/", "--insecure").status != 0)
        #expect(origin.recorded().count == names.count)
    }
}
