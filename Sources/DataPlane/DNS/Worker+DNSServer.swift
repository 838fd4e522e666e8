internal import CPetrelSystem
internal import Telemetry
internal import TrafficModel

// The mesh's DNS server: declared names from the table, the rest from
// resolvers.

extension Worker {
    /// Takes waiting questions from a datagram socket.
    mutating func receiveDatagrams(_ place: Int, _ generation: UInt32) {
        for _ in 0..<32 {
            guard place < listeners.count, listeners[place].isOpen, listeners[place].generation == generation else {
                return
            }
            var client = DNSClient()
            client.listener = place
            client.listenerGeneration = generation
            let count = petrel_datagram_receive(
                listeners[place].descriptor, readBuffer, Self.readCapacity, &client.peer, &client.local)
            if count < 0 { return }
            let bytes = UnsafeRawBufferPointer(start: readBuffer, count: count)
            answer(bytes, client, listeners[place].workload)
        }
    }

    /// Questions over TCP: each after its length.
    mutating func serveDNSClient(_ connection: ConnectionPointer) {
        let generation = connection.pointee.slot.generation
        guard flush(connection) else { return close(connection) }
        while true {
            let count = receive(connection, readBuffer, Self.readCapacity)
            if count == ReadOutcome.nothing { break }
            if count < 0 { return close(connection) }
            blocks.append(UnsafeRawBufferPointer(start: readBuffer, count: count), to: &connection.pointee.inbound)
            if connection.pointee.inbound.count > 70_000 { return close(connection) }
        }
        while connection.pointee.slot.generation == generation, connection.pointee.inbound.count >= 2,
            let workload = connection.pointee.workload
        {
            let bytes = connection.pointee.inbound.bytes
            let length = Int(bytes[0]) << 8 | Int(bytes[1])
            guard bytes.count >= 2 + length else { return }
            // A copy: the answer may come at once and move the block.
            let message = UnsafeMutableRawBufferPointer(start: readBuffer, count: length)
            message.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[2..<2 + length]))
            connection.pointee.inbound.consume(2 + length)
            if connection.pointee.inbound.isEmpty { blocks.release(&connection.pointee.inbound) }
            arm(connection, after: 10_000)
            var client = DNSClient()
            client.peer = connection.pointee.peer
            client.connection = connection.pointee.token
            answer(UnsafeRawBufferPointer(message), client, workload)
        }
    }

    /// Answers one question, or sends it on.
    private mutating func answer(_ bytes: UnsafeRawBufferPointer, _ client: DNSClient, _ workload: WorkloadPointer) {
        metrics.shard.add(metrics.dnsQueries)
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 256) { name in
            var writer = ByteWriter(UnsafeMutableRawBufferPointer(start: scratch, count: 66_000))
            let span = Span<UInt8>(_unsafeBytes: bytes)
            switch DNSMessage.readQuery(span, name: name) {
            case .ignore: return
            case .refuse(let code):
                DNSResponse.writeError(
                    &writer, code, id: DNSMessage.number(span, 0), flags: DNSMessage.number(span, 2),
                    question: bytes, questionEnd: 0, edns: false)
                respond(writer.written, to: client)
            case .query(let query):
                if query.ednsVersion > 0 {
                    DNSResponse.writeError(
                        &writer, .noError, id: query.id, flags: query.flags, question: bytes,
                        questionEnd: query.questionEnd, edns: true, extendedCode: 1)
                    return respond(writer.written, to: client)
                }
                if !answerLocally(query, bytes, name, client, workload, &writer) {
                    forward(query, bytes, client)
                }
            }
        }
    }

    private mutating func answerLocally(
        _ query: DNSMessage.Query, _ bytes: UnsafeRawBufferPointer, _ name: UnsafeMutableBufferPointer<UInt8>,
        _ client: DNSClient, _ workload: WorkloadPointer, _ writer: inout ByteWriter
    ) -> Bool {
        let isAddress = query.type == DNSMessage.typeA || query.type == DNSMessage.typeAAAA
        guard isAddress, query.classCode == 1, query.isPlain else { return false }
        let text = UnsafeBufferPointer(rebasing: UnsafeBufferPointer(name)[0..<query.nameCount])
        let answer = workload.pointee.snapshot.pointee.tables.names.lookup(
            text, query.type == DNSMessage.typeA ? .v4 : .v6)
        guard !answer.isUnknown else { return false }
        metrics.shard.add(metrics.dnsLocal)
        let limit = client.isStream ? 65_535 : max(512, min(query.payloadSize, 4096))
        let rotation = answer.addresses.count > 1 ? Int(random.below(UInt32(answer.addresses.count))) : 0
        DNSResponse.write(&writer, query, question: bytes, answer: answer, limit: limit, rotation: rotation)
        respond(writer.written, to: client)
        return true
    }

    private mutating func respond(_ bytes: UnsafeRawBufferPointer, to client: DNSClient) {
        if client.isStream {
            let found = connections.find(
                index: EventToken.index(client.connection), generation: EventToken.generation(client.connection))
            guard let connection = found, connection.pointee.role == .dnsClient else { return }
            let length = [UInt8(truncatingIfNeeded: bytes.count >> 8), UInt8(truncatingIfNeeded: bytes.count)]
            var message = length
            message.append(contentsOf: bytes)
            if !message.withUnsafeBytes({ transmit(connection, $0) }) { close(connection) }
            return
        }
        let place = client.listener
        guard place >= 0, place < listeners.count, listeners[place].isOpen,
            listeners[place].generation == client.listenerGeneration
        else { return }
        var peer = client.peer
        var local = client.local
        _ = petrel_datagram_send(listeners[place].descriptor, bytes.baseAddress, bytes.count, &peer, &local)
    }

    // MARK: - Sent on

    private static func cacheKey(_ query: DNSMessage.Query, _ bytes: UnsafeRawBufferPointer) -> [UInt8] {
        var key = Array(bytes[DNSMessage.headerSize..<query.questionEnd])
        for index in key.indices where key[index] &- 0x41 < 26 { key[index] |= 0x20 }
        // What else changes the answer: DNSSEC, EDNS, and the CD and RD bits.
        key.append((query.wantsDNSSEC ? 1 : 0) | (query.payloadSize > 0 ? 2 : 0))
        key.append(UInt8(truncatingIfNeeded: (query.flags & 0x0110) >> 4))
        return key
    }

    private mutating func forward(_ query: DNSMessage.Query, _ bytes: UnsafeRawBufferPointer, _ client: DNSClient) {
        let kept = dnsCache.find(Self.cacheKey(query, bytes), id: query.id, at: milliseconds)
        if let kept, client.isStream || kept.count <= max(512, query.payloadSize) {
            metrics.shard.add(metrics.dnsCached)
            return kept.withUnsafeBytes { respond($0, to: client) }
        }
        metrics.shard.add(metrics.dnsForwarded)
        guard queries.inUse < 4096 else { return refuse(query, bytes, client) }
        let pending = queries.allocate()
        pending.pointee.client = client
        pending.pointee.clientID = query.id
        pending.pointee.type = query.type
        blocks.append(bytes, to: &pending.pointee.message)
        // An ID of our own: whoever guesses the client's knows nothing.
        let id = UInt16(truncatingIfNeeded: random.next())
        if let base = pending.pointee.message.bytes.baseAddress {
            let message = UnsafeMutableRawPointer(mutating: base)
            message.storeBytes(of: UInt8(id >> 8), as: UInt8.self)
            message.storeBytes(of: UInt8(id & 0xff), toByteOffset: 1, as: UInt8.self)
        }
        ask(pending)
    }

    private mutating func refuse(_ query: DNSMessage.Query, _ bytes: UnsafeRawBufferPointer, _ client: DNSClient) {
        metrics.shard.add(metrics.dnsFailures)
        var writer = ByteWriter(UnsafeMutableRawBufferPointer(start: scratch, count: 2048))
        DNSResponse.writeError(
            &writer, .serverFailure, id: query.id, flags: query.flags, question: bytes, questionEnd: query.questionEnd,
            edns: query.payloadSize > 0)
        respond(writer.written, to: client)
    }

    /// The resolver answered: the client gets it under its own ID.
    mutating func forwardAnswer(_ query: QueryPointer, _ bytes: UnsafeRawBufferPointer) {
        let client = query.pointee.client
        let id = query.pointee.clientID
        let question = query.pointee.message.bytes
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 256) { name in
            if case .query(let asked) = DNSMessage.readQuery(Span(_unsafeBytes: question), name: name) {
                dnsCache.store(bytes, key: Self.cacheKey(asked, question), at: milliseconds)
            }
        }
        var response = Array(bytes)
        response[0] = UInt8(id >> 8)
        response[1] = UInt8(id & 0xff)
        endQuery(query)
        response.withUnsafeBytes { respond($0, to: client) }
    }

    /// No resolver answered: SERVFAIL.
    mutating func forwardFailed(_ query: QueryPointer) {
        let client = query.pointee.client
        let question = Array(query.pointee.message.bytes)
        let id = query.pointee.clientID
        endQuery(query)
        question.withUnsafeBytes { bytes in
            withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 256) { name in
                guard case .query(var asked) = DNSMessage.readQuery(Span(_unsafeBytes: bytes), name: name) else { return }
                asked.id = id
                refuse(asked, bytes, client)
            }
        }
    }
}
