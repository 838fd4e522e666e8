extension RouteMatcher {
    /// Whether a request matches; `path` is its path without the query.
    @inline(__always)
    func matches(_ request: RequestView, path: UnsafeBufferPointer<UInt8>, random: UInt64) -> Bool {
        guard matchesPath(request, path) else { return false }
        return isPathOnly || matchesRest(request, random: random)
    }

    @inline(__always)
    private var isPathOnly: Bool {
        headers.isEmpty && parameters.isEmpty && !grpc && perMillion >= 1_000_000 && presentsCertificate < 0
    }

    @inline(__always)
    func matchesPath(_ request: RequestView, _ path: UnsafeBufferPointer<UInt8>) -> Bool {
        switch self.path {
        case .prefix:
            // `/` is the beginning of every path, and the usual catch-all.
            if pathText.count == 1, path.count > 0 { return path[0] == pathText.bytes[0] }
            return ByteComparison.hasPrefix(path, pathText.buffer, ignoringCase: ignoresCase)
        case .exact:
            return ignoresCase
                ? ByteComparison.equalIgnoringCase(path, pathText.buffer)
                : ByteComparison.equal(path, pathText.buffer)
        case .separatedPrefix:
            guard ByteComparison.hasPrefix(path, pathText.buffer, ignoringCase: ignoresCase) else { return false }
            return path.count == pathText.count || path[pathText.count] == 0x2F
        case .regex: return regex[0].matchesWhole(path)
        case .connect: return RouteMatcher.isConnect(request)
        }
    }

    static func isConnect(_ request: RequestView) -> Bool {
        let method = request[request.method]
        return method.count == 7 && method[0] == 0x43 && method[1] == 0x4F && method[2] == 0x4E
            && method[3] == 0x4E && method[4] == 0x45 && method[5] == 0x43 && method[6] == 0x54
    }

    func matchesRest(_ request: RequestView, random: UInt64) -> Bool {
        if perMillion < 1_000_000, random % 1_000_000 >= UInt64(perMillion) { return false }
        if presentsCertificate >= 0 { return false }
        if grpc, !RouteMatcher.isGRPC(request) { return false }
        var index = 0
        while index < headers.count {
            if !headers[index].matches(request) { return false }
            index &+= 1
        }
        guard !parameters.isEmpty else { return true }
        let query = request[request.query]
        return parameters.allSatisfy { $0.matches(query) }
    }

    /// `application/grpc`, alone or followed by `+`, as Envoy asks for.
    static func isGRPC(_ request: RequestView) -> Bool {
        for field in request.headers where field.name.length == 12 {
            let name: StaticString = "content-type"
            let wanted = UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount)
            guard ByteComparison.equalIgnoringCase(request[field.name], wanted) else { continue }
            let value = request[field.value]
            let type: StaticString = "application/grpc"
            let prefix = UnsafeBufferPointer(start: type.utf8Start, count: type.utf8CodeUnitCount)
            return ByteComparison.hasPrefix(value, prefix)
                && (value.count == prefix.count || value[prefix.count] == 0x2B)
        }
        return false
    }

    /// Why a request doesn't match, for people; nil when it does.
    func mismatch(_ request: RequestView, path: UnsafeBufferPointer<UInt8>, random: UInt64) -> String? {
        guard matchesPath(request, path) else {
            let text = String(decoding: path, as: UTF8.self)
            switch self.path {
            case .prefix: return "path \(text) does not begin with \(pathText)"
            case .exact: return "path \(text) is not \(pathText)"
            case .separatedPrefix: return "path \(text) is not below \(pathText)"
            case .regex: return "path \(text) does not match \(regex[0].pattern)"
            case .connect: return "the method is not CONNECT"
            }
        }
        if perMillion < 1_000_000, random % 1_000_000 >= UInt64(perMillion) { return "not in the runtime fraction" }
        if presentsCertificate >= 0 { return "no client certificate is known here" }
        if grpc, !RouteMatcher.isGRPC(request) { return "not a gRPC request" }
        for header in headers where !header.matches(request) { return "header condition fails: \(header)" }
        let query = request[request.query]
        for parameter in parameters where !parameter.matches(query) {
            return "query parameter condition fails: \(parameter.name)"
        }
        return nil
    }
}

extension ParameterMatcher {
    func matches(_ query: UnsafeBufferPointer<UInt8>) -> Bool {
        let found = QueryText.value(of: name.buffer, in: query)
        if presence { return (found != nil) == mustBePresent }
        guard let found else { return false }
        return value.matches(found)
    }
}

/// Taking a query apart.
enum QueryText {
    /// Value of the first parameter with this name, as it stands in the query;
    /// empty for one without `=`, nil when there is none. Escapes in names and
    /// values are compared as they are, as Envoy does.
    static func value(
        of name: UnsafeBufferPointer<UInt8>, in query: UnsafeBufferPointer<UInt8>
    ) -> UnsafeBufferPointer<UInt8>? {
        var start = 0
        while start < query.count {
            var end = start
            var equals = -1
            while end < query.count, query[end] != 0x26 {
                if query[end] == 0x3D, equals < 0 { equals = end }
                end &+= 1
            }
            let nameEnd = equals >= 0 ? equals : end
            if ByteComparison.equal(UnsafeBufferPointer(rebasing: query[start..<nameEnd]), name) {
                return UnsafeBufferPointer(rebasing: query[(equals >= 0 ? equals + 1 : end)..<end])
            }
            start = end &+ 1
        }
        return nil
    }
}
