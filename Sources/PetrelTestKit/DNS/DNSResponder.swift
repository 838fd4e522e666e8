internal import NIOCore

/// Works out a ``DNSOrigin``'s answers.
enum DNSResponder {
    /// The most bytes of an answer to a query without EDNS (RFC 1035).
    private static let plainLimit = 512

    /// Records the query and returns the answer; nil says nothing.
    static func reply(
        to bytes: [UInt8], over transport: DNSOrigin.Transport,
        from source: SocketAddress?, _ state: ObservedState<DNSOrigin.State>
    ) async throws -> [UInt8]? {
        guard let query = try? DNSMessage(decoding: bytes) else { return nil }
        let address = source?.ipAddress ?? ""
        let port = source?.port ?? 0
        state.update {
            $0.queries.append(
                DNSOrigin.Query(
                    transport: transport, sourceAddress: address,
                    sourcePort: port, message: query))
        }
        let now = state.value
        let name = query.questions.first?.name.lowercased() ?? ""
        switch now.behaviours[name] {
        case .drop:
            return nil
        case .fail(let code):
            return answer(query, code).encoded()
        case .delay(let gate):
            try await gate.wait()
            return fit(look(up: query, in: now.records), query, transport)
        case .truncate where transport == .udp:
            return truncated(query).encoded()
        case .truncate, nil:
            return fit(look(up: query, in: now.records), query, transport)
        }
    }

    private static func answer(
        _ query: DNSMessage, _ code: DNSResponseCode
    ) -> DNSMessage {
        var reply = DNSMessage()
        reply.identifier = query.identifier
        reply.isResponse = true
        reply.isAuthoritative = true
        reply.opcode = query.opcode
        reply.wantsRecursion = query.wantsRecursion
        reply.offersRecursion = true
        reply.questions = query.questions
        reply.responseCode = code
        if query.payloadSize != nil {
            reply.additional = [
                DNSRecord(
                    name: "", type: .opt, class: 1232, ttl: 0, data: .other([]))
            ]
        }
        return reply
    }

    private static func truncated(_ query: DNSMessage) -> DNSMessage {
        var reply = answer(query, .noError)
        reply.isTruncated = true
        return reply
    }

    /// Follows aliases as an authority does: every CNAME on the way, then
    /// the records of the type asked for.
    private static func look(
        up query: DNSMessage, in records: [DNSRecord]
    ) -> DNSMessage {
        guard let question = query.questions.first else {
            return answer(query, .formatError)
        }
        var reply = answer(query, .noError)
        var name = question.name
        for _ in 0..<16 {
            let owned = records.filter {
                $0.name.lowercased() == name.lowercased()
            }
            let found = owned.filter {
                $0.type == question.type || question.type == .any
            }
            let isKnown = !owned.isEmpty || !reply.answers.isEmpty
            reply.answers += found.map { record in
                var copy = record
                copy.name = name
                return copy
            }
            guard found.isEmpty,
                let alias = owned.first(where: { $0.type == .cname }),
                case .name(let target) = alias.data
            else {
                if !isKnown { reply.responseCode = .nameError }
                return reply
            }
            reply.answers.append(
                .alias(name, to: target, ttl: alias.ttl))
            name = target
        }
        return answer(query, .serverFailure)
    }

    private static func fit(
        _ reply: DNSMessage, _ query: DNSMessage,
        _ transport: DNSOrigin.Transport
    ) -> [UInt8] {
        let bytes = reply.encoded()
        let limit = Int(query.payloadSize ?? 0)
        guard transport == .udp, bytes.count > max(limit, plainLimit) else {
            return bytes
        }
        return truncated(query).encoded()
    }
}
