public import MeshAPI

extension Explanation {
    /// The stable JSON form.
    public var json: ConfigValue {
        [
            "dns": .array(
                dns.map {
                    ["name": .string($0.name), "type": .string($0.type), "answers": texts($0.answers), "rcode": .string($0.rcode)]
                }),
            "address": .string(address), "port": .int(Int64(port)),
            "listener": .string(listener), "filterChain": .string(filterChain), "routeConfig": .string(routeConfig),
            "virtualHost": .string(virtualHost), "route": .string(route), "cluster": .string(cluster),
            "endpoints": .array(
                endpoints.map {
                    [
                        "address": .string($0.address), "port": .int(Int64($0.port)), "weight": .int(Int64($0.weight)),
                        "priority": .int(Int64($0.priority)), "locality": .string($0.locality),
                    ]
                }),
            "upstream": [
                "host": .string(upstream.host), "path": .string(upstream.path),
                "authority": .string(upstream.authority), "sni": .string(upstream.sni), "tls": .string(upstream.tls),
            ],
            "timeoutMilliseconds": timeoutMilliseconds.map { .int($0) } ?? .null,
            "retries": .int(Int64(retries)), "retry": retry?.json ?? .null,
            "requestHeaders": .array(requestHeaders.map(\.json)), "responseHeaders": .array(responseHeaders.map(\.json)),
            "status": .int(Int64(status)), "location": .string(location),
            "verdict": .string(verdict), "reason": .string(reason), "responseFlag": .string(responseFlag),
            "because": .array(because.map(\.json)), "advice": texts(advice), "rejected": texts(rejected),
        ]
    }

    private func texts(_ list: [String]) -> ConfigValue {
        .array(list.map { .string($0) })
    }
}

extension Explanation.HeaderChange {
    var json: ConfigValue { ["action": .string(action), "name": .string(name), "value": .string(value)] }
}

extension Explanation.Retry {
    var json: ConfigValue {
        [
            "attempts": .int(Int64(attempts)), "perTryTimeoutMilliseconds": perTryTimeoutMilliseconds.map { .int($0) } ?? .null,
            "conditions": .array(conditions.map { .string($0) }), "statuses": .array(statuses.map { .int(Int64($0)) }),
        ]
    }
}

extension Explanation.Because {
    var json: ConfigValue {
        [
            "subject": .string(subject), "name": .string(name), "outcome": .string(outcome), "detail": .string(detail),
            "object": .string(object), "file": .string(location?.file ?? ""), "line": .int(Int64(location?.line ?? 0)),
        ]
    }
}
