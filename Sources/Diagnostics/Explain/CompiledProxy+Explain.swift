internal import EnvoyAPI
internal import MeshAPI
internal import ServiceRegistry
internal import TrafficModel

extension CompiledProxy {
    /// An address that no service owns: where a program dials that resolved a
    /// name by itself. It is the one that Istio's own simulation uses.
    static let foreignAddress = "1.3.3.7"

    /// Follows one request or connection through the tables with the functions
    /// that the proxy itself calls.
    public func explain(_ query: TrafficQuery) -> Explanation {
        var explanation = Explanation()
        explanation.rejected = rejections.map { "\($0.kind.rawValue) \($0.name): \($0.message)" }
        if !query.dns.isEmpty {
            explanation.dns = [answer(query.dns, type: query.type.isEmpty ? "A" : query.type)]
            explanation.verdict = "allowed"
            return explanation
        }
        explanation.port = Int(query.port)
        explanation.address = destination(query, &explanation)
        guard let address = TrafficAddress(explanation.address) else {
            explanation.reason = Reason.protocolError.code.description
            explanation.advice = ["\"\(explanation.address)\" is not an IP address"]
            return explanation
        }
        let port = UInt16(clamping: query.port)
        guard let accepting = acceptingListener(address, port) else {
            explanation.reason = Reason.noListener.code.description
            explanation.responseFlag = Reason.noListener.responseFlag.description
            explanation.because = [
                Explanation.Because(
                    subject: "listener", name: "", outcome: "failed", detail: "nothing listens on port \(port)",
                    object: "", location: nil)
            ]
            explanation.listener = ambiguousListener(port)
            if !explanation.listener.isEmpty { explanation.reason = Reason.ambiguousFilterChain.code.description }
            explanation.advice = advice(explanation, query)
            return explanation
        }
        withFacts(query, address, port, accepting) { facts in
            follow(query, facts, accepting, &explanation)
        }
        explanation.advice = advice(explanation, query)
        return explanation
    }

    /// Answers a DNS query as the mesh's own server does.
    public func answer(_ name: String, type: String) -> Explanation.NameAnswer {
        var text = name
        let family: NameTable.Family? = type == "A" ? .v4 : type == "AAAA" ? .v6 : nil
        guard let family else {
            return Explanation.NameAnswer(name: name, type: type, answers: [], rcode: "FORWARDED")
        }
        let found = text.withUTF8 { tables.names.lookup($0, family) }
        return Explanation.NameAnswer(
            name: name, type: type, answers: found.addresses.map(\.description),
            rcode: found.isUnknown ? "FORWARDED" : "NOERROR")
    }

    private func destination(_ query: TrafficQuery, _ explanation: inout Explanation) -> String {
        guard query.address == "dns" else {
            return query.address.isEmpty ? Self.foreignAddress : query.address
        }
        let host = Self.bare(query.host)
        let answers = ["A", "AAAA"].map { answer(host, type: $0) }
        let useful = answers.first { !$0.answers.isEmpty }
        explanation.dns = [useful ?? answers[0]]
        return useful?.answers.first ?? Self.foreignAddress
    }

    /// Host without its port.
    static func bare(_ authority: String) -> String {
        if authority.hasPrefix("["), let close = authority.firstIndex(of: "]") {
            return String(authority[authority.index(after: authority.startIndex)..<close])
        }
        guard let colon = authority.lastIndex(of: ":") else { return authority }
        return String(authority[..<colon])
    }

    /// A sidecar catches everything; a gateway has only the ports it listens on.
    private func acceptingListener(_ address: TrafficAddress, _ port: UInt16) -> Int? {
        if let catchAll = tables.listener(named: "virtualOutbound") { return catchAll }
        return tables.listener(forDestination: address, port: port)
    }

    private func ambiguousListener(_ port: UInt16) -> String {
        rejections.first {
            $0.kind == .listener && $0.name.hasSuffix("_\(port)") && $0.message.contains("same matching rules")
        }?.name ?? ""
    }
}
