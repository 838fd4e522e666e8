extension ValueTemplate {
    /// Writes the value. What doesn't exist writes nothing, as in Envoy's header formatters.
    func write(_ context: FormatContext, into writer: inout ByteWriter) {
        var index = 0
        while index < pieces.count {
            pieces[index].write(context, into: &writer)
            index &+= 1
        }
    }
}

extension ValueTemplate.Piece {
    fileprivate func write(_ context: FormatContext, into writer: inout ByteWriter) {
        let facts = context.facts
        switch operation {
        case .literal: writer.append(text)
        case .requestHeader: append(requestValue(context.request), &writer)
        case .responseHeader: append(responseValue(context), &writer)
        case .downstreamRemoteAddress:
            write(facts.sourceAddress, facts.sourcePort, &writer)
        case .downstreamRemoteAddressWithoutPort: writer.append(address: facts.sourceAddress)
        case .downstreamRemotePort: writer.append(decimal: UInt64(facts.sourcePort))
        case .downstreamDirectRemoteAddress:
            write(facts.directSourceAddress, facts.sourcePort, &writer)
        case .downstreamDirectRemoteAddressWithoutPort: writer.append(address: facts.directSourceAddress)
        case .downstreamLocalAddress:
            write(facts.destinationAddress, facts.destinationPort, &writer)
        case .downstreamLocalAddressWithoutPort: writer.append(address: facts.destinationAddress)
        case .downstreamLocalPort: writer.append(decimal: UInt64(facts.destinationPort))
        case .upstreamHost:
            if let address = context.upstreamAddress { write(address, context.upstreamPort, &writer) }
        case .upstreamAddressWithoutPort:
            if let address = context.upstreamAddress { writer.append(address: address) }
        case .upstreamPort:
            if context.upstreamAddress != nil { writer.append(decimal: UInt64(context.upstreamPort)) }
        case .upstreamHostname:
            if !context.upstreamHostname.isEmpty {
                writer.append(context.upstreamHostname)
            } else if let address = context.upstreamAddress {
                write(address, context.upstreamPort, &writer)
            }
        case .upstreamProtocol:
            if context.responseStatus > 0, context.upstreamAddress != nil { writer.append("HTTP/1.1") }
        case .path: append(context.request[context.request.path], &writer)
        case .pathWithoutQuery: append(context.request[context.request.pathWithoutQuery], &writer)
        case .queryParameter:
            append(QueryText.value(of: text.buffer, in: context.request[context.request.query]), &writer)
        case .attemptCount: writer.append(decimal: UInt64(context.attempt))
        case .responseDetails:
            if context.responseStatus > 0 { writer.append("via_upstream") }
        case .startTime: TimeFormat.write(context.startNanoseconds, text.buffer, into: &writer)
        case .hostname: writer.append(context.hostname)
        case .responseFlags: writer.append(context.responseFlags)
        case .upstreamCluster: writer.append(context.upstreamCluster)
        case .requestProtocol: writer.append(context.isHTTP2 ? "HTTP/2" : "HTTP/1.1")
        case .requestedServerName: writer.append(facts.sni)
        case .routeName: writer.append(context.routeName)
        case .virtualHostName: writer.append(context.virtualHostName)
        case .responseCode:
            writer.append(decimal: UInt64(context.responseStatus))
        case .downstreamPeerURISAN: writer.append(facts.peerIdentity)
        case .absent: break
        }
    }

    private func append(_ value: UnsafeBufferPointer<UInt8>?, _ writer: inout ByteWriter) {
        guard let value else { return }
        let kept = limit > 0 ? Swift.min(Int(limit), value.count) : value.count
        writer.append(UnsafeBufferPointer(rebasing: value[0..<kept]))
    }

    private func write(_ address: IPAddress, _ port: UInt16, _ writer: inout ByteWriter) {
        if !address.isIPv4 { writer.append(0x5B) }
        writer.append(address: address)
        if !address.isIPv4 { writer.append(0x5D) }
        writer.append(0x3A)
        writer.append(decimal: UInt64(port))
    }

    private func requestValue(_ request: RequestView) -> UnsafeBufferPointer<UInt8>? {
        request.value(named: text) ?? (alternative.isEmpty ? nil : request.value(named: alternative))
    }

    private func responseValue(_ context: FormatContext) -> UnsafeBufferPointer<UInt8>? {
        func find(_ name: FlatText) -> UnsafeBufferPointer<UInt8>? {
            for field in context.responseHeaders where Int(field.name.end) <= context.responseBytes.count {
                let bytes = context.responseBytes
                let own = UnsafeBufferPointer(rebasing: bytes[Int(field.name.offset)..<Int(field.name.end)])
                if ByteComparison.equalIgnoringCase(own, name.buffer), Int(field.value.end) <= bytes.count {
                    return UnsafeBufferPointer(rebasing: bytes[Int(field.value.offset)..<Int(field.value.end)])
                }
            }
            return nil
        }
        return find(text) ?? (alternative.isEmpty ? nil : find(alternative))
    }
}

extension RequestView {
    /// A header or pseudo header by name.
    func value(named name: FlatText) -> UnsafeBufferPointer<UInt8>? {
        if name.count > 0, name.bytes[0] == 0x3A {
            if name.equals(":path") { return self[path] }
            if name.equals(":authority") { return self[authority] }
            if name.equals(":method") { return self[method] }
            if name.equals(":scheme") { return self[scheme] }
            return nil
        }
        if let found = firstHeader(name.buffer) { return self[found] }
        return name.equals("host") ? self[authority] : nil
    }
}
