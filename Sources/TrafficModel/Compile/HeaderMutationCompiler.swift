internal import EnvoyAPI
internal import SwiftProtobuf

/// Header changes and the formatters in their values.
struct HeaderMutationCompiler {
    let arena: Arena

    /// Changes of one level: removals come first, as in Envoy.
    func mutations(
        add: [Envoy_Config_Core_V3_HeaderValueOption], remove: [String], _ path: String
    ) throws(CompileError) -> FlatArray<HeaderMutation> {
        var mutations: [HeaderMutation] = []
        for name in remove {
            try check(name, "\(path)_to_remove")
            var mutation = HeaderMutation()
            mutation.action = .remove
            mutation.name = arena.text(name.lowercased())
            mutations.append(mutation)
        }
        for (index, option) in add.enumerated() {
            let own = "\(path)_to_add[\(index)]"
            try check(option.header.key, own)
            var mutation = HeaderMutation()
            mutation.name = arena.text(option.header.key.lowercased())
            mutation.keepsEmptyValue = option.keepEmptyValue
            mutation.joins = Self.joined.contains(option.header.key.lowercased())
            mutation.action =
                switch option.appendAction {
                case .appendIfExistsOrAdd, .UNRECOGNIZED: .append
                case .addIfAbsent: .addIfAbsent
                case .overwriteIfExistsOrAdd: .overwrite
                case .overwriteIfExists: .overwriteIfPresent
                }
            if option.hasAppend { mutation.action = option.append.value ? .append : .overwrite }
            if !option.header.rawValue.isEmpty { throw .unsupported("\(own).header.raw_value") }
            mutation.value = try template(option.header.value, "\(own).header.value")
            mutations.append(mutation)
        }
        return arena.array(mutations)
    }

    /// Headers that Envoy keeps in slots of their own: a second value is joined to the first.
    private static let joined: Set<String> = [
        "accept", "accept-encoding", "access-control-allow-credentials", "access-control-allow-headers",
        "access-control-allow-methods", "access-control-allow-origin", "access-control-expose-headers",
        "access-control-max-age", "access-control-request-headers", "access-control-request-method", "authorization",
        "cache-control", "connection", "content-encoding", "content-length", "content-type", "date", "etag", "expect",
        "grpc-accept-encoding", "grpc-message", "grpc-status", "grpc-timeout", "keep-alive", "location", "origin",
        "proxy-connection", "proxy-status", "referer", "server", "te", "transfer-encoding", "upgrade", "user-agent", "vary",
        "via", "x-client-trace-id", "x-envoy-attempt-count", "x-envoy-decorator-operation", "x-envoy-degraded",
        "x-envoy-downstream-service-cluster", "x-envoy-downstream-service-node", "x-envoy-expected-rq-timeout-ms",
        "x-envoy-external-address", "x-envoy-immediate-health-check-fail", "x-envoy-internal", "x-envoy-original-host",
        "x-envoy-original-path", "x-envoy-ratelimited", "x-envoy-upstream-service-time", "x-forwarded-client-cert",
        "x-forwarded-for", "x-forwarded-host", "x-forwarded-port", "x-forwarded-proto", "x-request-id",
    ]

    private func check(_ name: String, _ path: String) throws(CompileError) {
        if name.isEmpty { throw CompileError(path, "a header name is empty") }
        if name.hasPrefix(":") || name.lowercased() == "host" {
            throw CompileError(path, ":-prefixed or host headers may not be modified")
        }
    }

    /// Compiles a value with formatters.
    func template(_ value: String, _ path: String) throws(CompileError) -> ValueTemplate {
        var pieces: [ValueTemplate.Piece] = []
        var literal: [UInt8] = []
        func flush() {
            guard !literal.isEmpty else { return }
            pieces.append(ValueTemplate.Piece(text: arena.text(literal)))
            literal = []
        }
        var rest = Substring(value)
        while let character = rest.first {
            rest.removeFirst()
            guard character == "%" else {
                literal += Array(String(character).utf8)
                continue
            }
            if rest.first == "%" {
                rest.removeFirst()
                literal.append(0x25)
                continue
            }
            guard let end = endOfCommand(rest) else {
                throw CompileError(path, "unterminated variable expression in \"\(value)\"")
            }
            flush()
            pieces.append(try piece(String(rest[..<end]), path))
            rest = rest[rest.index(after: end)...]
        }
        flush()
        return ValueTemplate(pieces: arena.array(pieces))
    }

    /// The `%` that ends a command; those inside its parentheses don't.
    private func endOfCommand(_ text: Substring) -> Substring.Index? {
        var inside = false
        for index in text.indices {
            switch text[index] {
            case "(": inside = true
            case ")": inside = false
            case "%" where !inside: return index
            default: break
            }
        }
        return nil
    }

    private static let commands: [String: ValueTemplate.Operation] = [
        "REQ": .requestHeader, "RESP": .responseHeader,
        "DOWNSTREAM_REMOTE_ADDRESS": .downstreamRemoteAddress,
        "DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT": .downstreamRemoteAddressWithoutPort,
        "DOWNSTREAM_REMOTE_PORT": .downstreamRemotePort,
        "DOWNSTREAM_DIRECT_REMOTE_ADDRESS": .downstreamDirectRemoteAddress,
        "DOWNSTREAM_DIRECT_REMOTE_ADDRESS_WITHOUT_PORT": .downstreamDirectRemoteAddressWithoutPort,
        "DOWNSTREAM_LOCAL_ADDRESS": .downstreamLocalAddress,
        "DOWNSTREAM_LOCAL_ADDRESS_WITHOUT_PORT": .downstreamLocalAddressWithoutPort,
        "DOWNSTREAM_LOCAL_PORT": .downstreamLocalPort,
        "DOWNSTREAM_PEER_URI_SAN": .downstreamPeerURISAN,
        "UPSTREAM_HOST": .upstreamHost, "UPSTREAM_REMOTE_ADDRESS": .upstreamHost,
        "UPSTREAM_REMOTE_ADDRESS_WITHOUT_PORT": .upstreamAddressWithoutPort, "UPSTREAM_REMOTE_PORT": .upstreamPort,
        "UPSTREAM_HOST_NAME": .upstreamHostname, "UPSTREAM_PROTOCOL": .upstreamProtocol,
        "UPSTREAM_CLUSTER": .upstreamCluster, "UPSTREAM_CLUSTER_RAW": .upstreamCluster, "PATH": .path,
        "QUERY_PARAM": .queryParameter, "UPSTREAM_REQUEST_ATTEMPT_COUNT": .attemptCount,
        "RESPONSE_CODE_DETAILS": .responseDetails, "TRACE_ID": .absent, "PROTOCOL": .requestProtocol,
        "REQUESTED_SERVER_NAME": .requestedServerName, "ROUTE_NAME": .routeName,
        "VIRTUAL_CLUSTER_NAME": .absent, "VIRTUAL_HOST_NAME": .virtualHostName,
        "RESPONSE_CODE": .responseCode, "RESPONSE_FLAGS": .responseFlags, "START_TIME": .startTime,
        "HOSTNAME": .hostname, "DYNAMIC_METADATA": .absent, "FILTER_STATE": .absent,
    ]

    private func piece(_ command: String, _ path: String) throws(CompileError) -> ValueTemplate.Piece {
        var name = Substring(command)
        var argument = Substring()
        var limit: UInt32 = 0
        if let open = command.firstIndex(of: "("), let close = command.lastIndex(of: ")") {
            name = command[..<open]
            argument = command[command.index(after: open)..<close]
            let tail = command[command.index(after: close)...]
            if tail.hasPrefix(":"), let number = UInt32(tail.dropFirst()) { limit = number }
        }
        guard let operation = Self.commands[String(name)] else {
            throw CompileError(path, "not supported: %\(command)%")
        }
        var piece = ValueTemplate.Piece(operation: operation, limit: limit)
        switch operation {
        case .startTime:
            guard TimeFormat.isSupported(String(argument)) else {
                throw CompileError(path, "not supported: %\(command)%")
            }
            piece.text = arena.text(String(argument))
        case .path:
            guard ["", "WQ", "NQ"].contains(argument) else { throw CompileError(path, "not supported: %\(command)%") }
            if argument == "NQ" { piece.operation = .pathWithoutQuery }
        case .queryParameter: piece.text = arena.text(String(argument))
        default: break
        }
        if operation == .requestHeader || operation == .responseHeader {
            guard !argument.isEmpty else { throw CompileError(path, "%\(name)% names no header") }
            let names = argument.split(separator: "?", maxSplits: 1)
            piece.text = arena.text(String(names[0]).lowercased())
            if names.count > 1 { piece.alternative = arena.text(String(names[1]).lowercased()) }
        }
        return piece
    }
}
