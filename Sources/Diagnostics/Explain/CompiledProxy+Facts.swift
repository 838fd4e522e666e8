internal import ServiceRegistry
internal import TrafficModel

extension CompiledProxy {
    /// Lends the facts that the proxy would find out about the connection: what
    /// it sees depends on which inspectors the listener has.
    func withFacts(
        _ query: TrafficQuery, _ address: TrafficAddress, _ port: UInt16, _ accepting: Int,
        _ body: (ConnectionFacts) -> Void
    ) {
        var facts = ConnectionFacts(
            destination: address, port: port,
            source: identity.ips.first.flatMap { TrafficAddress($0) } ?? TrafficAddress(v4: 0x0AFF_0001), sourcePort: 40_000)
        let final =
            tables.listeners[accepting].useOriginalDestination
            ? tables.listener(forDestination: address, port: port) ?? accepting : accepting
        let inspection = tables.listeners[final].inspection
        let seesTLS = inspection.inspectsTLS(port: port)
        var sni = ""
        var alpn: [UInt8] = []
        if seesTLS {
            // SNI is honoured for plain connections too, for tests that only care for the name.
            sni = query.sni.isEmpty && query.tls != .plaintext ? Self.bare(query.host) : query.sni
        }
        if seesTLS, query.tls != .plaintext {
            facts.transportProtocol = .tls
            let names = query.alpn.isEmpty ? Self.usualALPN(query) : query.alpn.split(separator: ",").map(String.init)
            alpn = names.flatMap { [UInt8(clamping: $0.utf8.count)] + Array($0.utf8) }
        }
        if inspection.inspectsHTTP(port: port), query.tls == .plaintext {
            facts.detected = query.protocol == .http ? .http11 : query.protocol == .http2 ? .h2c : .none
        }
        facts.terminatedTLS = query.tls != .plaintext
        var identityText = query.tls == .mtls ? "spiffe://cluster.local/ns/default/sa/default" : ""
        sni = sni.lowercased()
        sni.withUTF8 { sni in
            identityText.withUTF8 { identity in
                alpn.withUnsafeBufferPointer { alpn in
                    facts.sni = sni
                    facts.peerIdentity = identity
                    facts.offeredProtocols = alpn
                    body(facts)
                }
            }
        }
    }

    private static func usualALPN(_ query: TrafficQuery) -> [String] {
        switch (query.protocol, query.tls) {
        case (.http, .mtls): ["istio-http/1.1"]
        case (.http2, .mtls): ["istio-h2"]
        case (.tcp, .mtls): ["istio"]
        case (.http2, _): ["h2"]
        case (.http, _): ["http/1.1"]
        case (.tcp, _): []
        }
    }
}
