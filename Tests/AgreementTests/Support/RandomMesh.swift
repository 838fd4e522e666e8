import MeshAPI

/// Makes objects that their own rules accept, from the definitions of their
/// kinds; the same seed makes the same objects.
///
/// Names of hosts, ports and the like come from small pools, so that objects
/// speak of each other; whatever validation refuses is thrown away.
struct RandomMesh {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    static let kinds: [ObjectKind] = ObjectKind.all.filter { kind in
        [
            "ServiceEntry", "WorkloadEntry", "VirtualService", "DestinationRule", "Sidecar", "Gateway", "AuthorizationPolicy",
            "PeerAuthentication", "Telemetry", "ProxyConfig",
        ].contains(kind.kind) && kind.group.hasSuffix("istio.io")
    }

    /// Some objects, among them always services.
    mutating func objects() -> [MeshObject] {
        var objects = ["ServiceEntry", "ServiceEntry", "VirtualService", "DestinationRule"].compactMap { valid($0) }
        for _ in 0..<5 { if let object = valid(pick(Self.kinds).kind) { objects.append(object) } }
        for index in objects.indices { objects[index].metadata.name += "-\(index)" }
        return objects
    }

    /// The first of many tries that breaks no rule.
    private mutating func valid(_ kind: String) -> MeshObject? {
        guard let kind = Self.kinds.first(where: { $0.kind == kind }) else { return nil }
        for _ in 0..<60 {
            let spec = value(kind.schema(), named: "", 0)
            let fields: ConfigValue = [
                "apiVersion": .string(kind.preferredAPIVersion), "kind": .string(kind.kind),
                "metadata": ["name": .string(pick(["one", "two"])), "namespace": .string(pick(["default", "other", "istio-system"]))],
                "spec": spec,
            ]
            let (object, violations) = ObjectReader.read(fields)
            guard let object, !violations.contains(where: { $0.severity == .error }) else { continue }
            if !Validator.validate(object).contains(where: { $0.severity == .error }) { return object }
        }
        return nil
    }

    // MARK: - Chance

    private mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }

    private mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }

    private mutating func pick<Element>(_ choices: [Element]) -> Element { choices[below(choices.count)] }

    // MARK: - Values

    private static let hosts = ["api.example.com", "api2.example.com", "*.example.com", "web", "db.other.svc.cluster.local", "10.1.2.3"]

    private static let words: [String: [String]] = [
        "hosts": hosts + ["*/*", "./*", "other/*", "*"], "host": hosts, "notHosts": hosts, "sniHosts": hosts, "gateways": ["mesh", "egress"],
        "exportTo": ["*", ".", "other"], "addresses": ["203.0.113.7", "10.1.0.0/16", "2001:db8::7"],
        "address": ["192.0.2.1", "origin.example.com", "unix:///tmp/s"], "protocol": ["HTTP", "TCP", "TLS", "HTTPS", "GRPC", "HTTP2", "MONGO", ""],
        "destinationSubnets": ["10.1.0.0/16", "10.2.3.4"], "ipBlocks": ["10.0.0.0/8"], "notIpBlocks": ["10.9.0.0/16"],
        "remoteIpBlocks": ["10.0.0.0/8"], "notRemoteIpBlocks": ["10.9.0.0/16"], "ports": ["80", "443"], "notPorts": ["8080"],
        "methods": ["GET", "POST"], "notMethods": ["HEAD"], "paths": ["/a", "/b*", "*/c", "/x/{*}"], "notPaths": ["/z"],
        "key": ["source.ip", "request.headers[x-a]", "destination.port", "connection.sni", "source.namespace"],
        "values": ["10.0.0.1", "80", "a"], "notValues": ["10.0.0.2", "b"], "regex": ["a.*", "[a-z]+", "/x/(.*)"], "match": ["/a/(.*)"],
        "rewrite": ["/b/\\1"], "uri": ["/new"], "authority": ["www.example.com"], "scheme": ["http", "https"], "prefixRewrite": ["/p"],
        "retryOn": ["5xx", "connect-failure,503"], "bind": ["", "127.0.0.1", "0.0.0.0"], "credentialName": ["", "secret"],
        "httpHeaderName": ["x-user"], "from": ["us/a/*", "us"], "region": ["us"], "subset": ["", "v1"], "name": ["one", "http", "v1", "tcp"],
        "kind": ["ServiceEntry"], "group": ["networking.istio.io"], "expression": ["response.code >= 400"],
        "cipherSuites": ["ECDHE-RSA-AES128-GCM-SHA256"], "grpcStatus": ["UNAVAILABLE"], "targetHost": ["t.example.com"],
        "namespace": [""], "serviceAccounts": ["default/app"], "notServiceAccounts": ["default/bad"], "principals": ["*", "cluster.local/ns/default/sa/default"],
        "locality": ["us/a/1", ""], "network": [""], "failoverPriority": ["topology.kubernetes.io/region"],
    ]

    private mutating func value(_ schema: FieldSchema, named name: String, _ depth: Int) -> ConfigValue {
        switch schema {
        case .string: return .string(pick(Self.words[name] ?? ["a", "one", "/x"]))
        case .bytes: return "aGVsbG8="
        case .duration: return .string(pick(["1s", "1.5s", "100ms", "2m30s"]))
        case .bool: return .bool(next() % 2 == 0)
        case .integer(let range):
            let choices = number(name).filter { range.contains(Double($0)) }
            return .int(Int64(choices.isEmpty ? Int(range.lowerBound) : pick(choices)))
        case .number: return pick([0, 1, 50, 100])
        case .integerOrString: return 8080
        case .enumeration(let names): return .string(pick(names))
        case .any: return [:]
        case .array(let element): return .array((0..<1 + below(2)).map { _ in value(element, named: name, depth + 1) })
        case .map(let element, let numbered):
            var fields = OrderedFields()
            for key in numbered ? ["80"] : [pick(["app", "version", "http", "x-a", "us/a/*"])] {
                fields[key] = value(element, named: name, depth + 1)
            }
            return .object(fields)
        case .object(let object): return self.object(object, depth)
        }
    }

    private func number(_ name: String) -> [Int] {
        switch name {
        case "number", "port", "targetPort": [80, 443, 8080, 9000]
        case "weight", "percent", "mirrorPercent": [1, 50, 100]
        case "status", "httpStatus": [200, 404, 503]
        case "redirectCode": [301, 302, 308]
        case "tableSize": [101, 65_537]
        default: [0, 1, 2, 100]
        }
    }

    private mutating func object(_ schema: ObjectSchema, _ depth: Int) -> ConfigValue {
        var left: Set<String> = []
        for group in schema.oneOfs {
            let kept = pick(group)
            left.formUnion(group.filter { $0 != kept })
        }
        var fields = OrderedFields()
        let isEssential: Set<String> = ["hosts", "ports", "host", "destination", "route", "number", "servers", "port", "name", "protocol", "resolution"]
        for field in schema.fields where !left.contains(field.name) {
            let wanted = field.rules.isRequired || isEssential.contains(field.name) || below(depth < 2 ? 3 : 4) == 0
            if wanted, depth < 12 { fields[field.name] = value(field.schema, named: field.name, depth + 1) }
        }
        return .object(fields)
    }
}
