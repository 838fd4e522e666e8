extension RoutePlan {
    /// Writes the path with query that goes to the origin.
    func writePath(_ matcher: RouteMatcher, _ context: FormatContext, into writer: inout ByteWriter) {
        let request = context.request
        let full = request[request.path]
        let bare = request.pathWithoutQuery
        let rest = UnsafeBufferPointer(rebasing: full[Int(bare.length)...])
        switch pathRewrite {
        case .none: writer.append(full)
        case .prefix:
            writer.append(pathText)
            writer.append(UnsafeBufferPointer(rebasing: full[matcher.matchedLength(of: request[bare])...]))
        case .regex:
            pathRegex[0].write(request[bare], into: &writer)
            writer.append(rest)
        case .template:
            pathTemplate.write(context, into: &writer)
            writer.append(rest)
        }
    }

    /// Writes Host that goes to the origin; false when it is the one received.
    func writeAuthority(_ context: FormatContext, endpointHostname: FlatText, into writer: inout ByteWriter) -> Bool {
        let request = context.request
        switch hostRewrite {
        case .literal: writer.append(hostText)
        case .automatic where !endpointHostname.isEmpty: writer.append(endpointHostname)
        case .header:
            guard let value = request.firstHeader(hostText.buffer), !value.isEmpty else {
                writer.append(request[request.authority])
                return false
            }
            writer.append(request[value])
        case .pathRegex: hostRegex[0].write(request[request.pathWithoutQuery], into: &writer)
        case .none, .automatic:
            writer.append(request[request.authority])
            return false
        }
        return true
    }

    /// Writes where a redirect leads.
    func writeLocation(_ matcher: RouteMatcher, _ context: FormatContext, into writer: inout ByteWriter) {
        let request = context.request
        let plan = redirect[0]
        let scheme = plan.scheme.isEmpty ? request[request.scheme] : plan.scheme.buffer
        writer.append(scheme)
        writer.append("://")
        if plan.host.isEmpty {
            writer.append(RedirectPlan.host(request, newScheme: scheme, newPort: plan.port))
        } else {
            writer.append(plan.host)
        }
        if plan.port != 0 {
            writer.append(0x3A)
            writer.append(decimal: UInt64(plan.port))
        }
        plan.writePath(matcher, request, into: &writer)
    }
}

extension RedirectPlan {
    fileprivate func writePath(_ matcher: RouteMatcher, _ request: RequestView, into writer: inout ByteWriter) {
        let full = request[request.path]
        let bare = request.pathWithoutQuery
        let hasOwnQuery = path == .replace && pathText.bytes.contains(0x3F)
        switch path {
        case .keep: writer.append(request[bare])
        case .replace: writer.append(pathText)
        case .prefix:
            writer.append(pathText)
            let matched = matcher.matchedLength(of: request[bare])
            writer.append(UnsafeBufferPointer(rebasing: request[bare][matched...]))
        case .regex: regex[0].write(request[bare], into: &writer)
        }
        guard !hasOwnQuery, !stripsQuery else { return }
        writer.append(UnsafeBufferPointer(rebasing: full[Int(bare.length)...]))
    }

    /// The request's host; without its port where the redirect sets another one,
    /// or where it was the default of the scheme that is left.
    fileprivate static func host(
        _ request: RequestView, newScheme: UnsafeBufferPointer<UInt8>, newPort: UInt32
    ) -> UnsafeBufferPointer<UInt8> {
        let host = request[request.authority]
        let bare = HostText.withoutPort(host)
        guard bare.count < host.count else { return host }
        if newPort != 0 { return bare }
        let port = Decimal.signed(UnsafeBufferPointer(rebasing: host[(bare.count + 1)...]))
        let wasHTTPS = request[request.scheme].count == 5
        let isHTTPS = newScheme.count == 5
        if !wasHTTPS, isHTTPS, port == 80 { return bare }
        if wasHTTPS, !isHTTPS, port == 443 { return bare }
        return host
    }
}

extension RouteMatcher {
    /// How many bytes of a path the condition stands for: the prefix, or all of it.
    func matchedLength(of path: UnsafeBufferPointer<UInt8>) -> Int {
        switch self.path {
        case .prefix, .separatedPrefix: Swift.min(pathText.count, path.count)
        case .exact, .regex, .connect: path.count
        }
    }
}
