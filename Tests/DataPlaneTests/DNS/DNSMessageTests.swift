import CPetrelSystem
import Testing

@testable import DataPlane

@Suite struct DNSMessageTests {
    private func read(_ bytes: [UInt8]) -> String {
        var name = [UInt8](repeating: 0, count: 256)
        let outcome = name.withUnsafeMutableBufferPointer { memory in
            bytes.withUnsafeBufferPointer { DNSMessage.readQuery(Span(_unsafeElements: $0), name: memory) }
        }
        switch outcome {
        case .ignore: return "ignored"
        case .refuse(let code): return "refused \(code)"
        case .query(let query):
            return "\(String(decoding: name[0..<query.nameCount], as: UTF8.self)) \(query.type) \(query.payloadSize)"
        }
    }

    @Test func readsQuestions() {
        #expect(read(DNSText.query("API.Example.com", type: 1)) == "api.example.com 1 0")
        #expect(read(DNSText.query("a.b", type: 28, edns: 1232)) == "a.b 28 1232")
        #expect(read(DNSText.query("a", type: 1, edns: 100)) == "a 1 512")
    }

    @Test func refusesEveryTruncation() {
        let query = DNSText.query("api.example.com", type: 1, edns: 1232)
        for count in 0..<query.count {
            let said = read(Array(query[0..<count]))
            #expect(said == "ignored" || said == "refused formatError", "after \(count) bytes: \(said)")
        }
    }

    @Test func refusesPointersThatLoop() {
        // A question may not be compressed at all.
        let header: [UInt8] = [0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0]
        #expect(read(header + [0xc0, 12, 0, 1, 0, 1]) == "refused formatError")
        // In records a pointer must lead backwards.
        var name = [UInt8](repeating: 0, count: 256)
        for bytes in [header + [0xc0, 12], header + [0xc0, 14, 0xc0, 12], header + [1, 0x61, 0xc0, 12]] {
            let result = name.withUnsafeMutableBufferPointer { memory in
                bytes.withUnsafeBufferPointer { DNSMessage.readName(Span(_unsafeElements: $0), 12, into: memory) }
            }
            #expect(result == nil)
        }
    }

    @Test func refusesLongNames() {
        let label = [UInt8(63)] + [UInt8](repeating: 0x61, count: 63)
        let header: [UInt8] = [0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0]
        #expect(read(header + label + label + label + [0, 0, 1, 0, 1]).hasSuffix(" 1 0"))
        #expect(read(header + label + label + label + label + [0, 0, 1, 0, 1]) == "refused formatError")
        #expect(read(header + [64] + [UInt8](repeating: 0x61, count: 64) + [0, 0, 1, 0, 1]) == "refused formatError")
    }

    @Test func refusesWhatIsNoQuestion() {
        var query = DNSText.query("a", type: 1)
        query[2] = 0x81
        #expect(read(query) == "ignored")
        query[2] = 0x29
        #expect(read(query) == "refused notImplemented")
        query[2] = 1
        query[5] = 2
        #expect(read(query) == "refused formatError")
    }

    private func answers(_ bytes: [UInt8], type: UInt16 = 1) -> DNSAnswers? {
        bytes.withUnsafeBufferPointer { DNSAnswers(Span(_unsafeElements: $0), type: type) }
    }

    @Test func followsAliases() throws {
        let query = DNSText.query("www.example.com", type: 1)
        let alias = DNSText.record(5, ttl: 20, data: DNSText.name("real.example.net"))
        let address = DNSText.record(1, ttl: 60, data: [192, 0, 2, 1], owner: DNSText.name("REAL.example.net"))
        let stray = DNSText.record(1, ttl: 60, data: [192, 0, 2, 9], owner: DNSText.name("other.example"))
        let read = try #require(answers(DNSText.answer(query, records: [stray, address, alias])))
        #expect(read.addresses.map { $0.octets.3 } == [1])
        #expect(read.timeToLive == 20)
    }

    @Test func survivesAliasesThatLoop() throws {
        let query = DNSText.query("a", type: 1)
        let loop = DNSText.record(5, ttl: 20, data: DNSText.name("a"))
        #expect(try #require(answers(DNSText.answer(query, records: [loop]))).addresses.isEmpty)
    }

    @Test func refusesTruncatedRecords() {
        let query = DNSText.query("a", type: 1)
        let whole = DNSText.answer(query, records: [DNSText.record(1, ttl: 1, data: [1, 2, 3, 4])])
        for count in 19..<whole.count { #expect(answers(Array(whole[0..<count])) == nil, "after \(count) bytes") }
        #expect(answers(DNSText.answer(query, records: [DNSText.record(1, ttl: 1, data: [1, 2, 3])])) == nil)
    }

    @Test func cachesForAsLongAsTheRecordsSay() {
        var cache = DNSAnswerCache()
        let query = DNSText.query("a", type: 1)
        let answer = DNSText.answer(query, records: [DNSText.record(1, ttl: 30, data: [1, 2, 3, 4])])
        answer.withUnsafeBytes { cache.store($0, key: [1], at: 1000) }
        let kept = cache.find([1], id: 0xabcd, at: 11_500)
        #expect(kept?.prefix(2) == [0xab, 0xcd])
        #expect(kept.map { Array($0.suffix(10).prefix(4)) } == [0, 0, 0, 20])
        #expect(cache.find([1], id: 1, at: 31_001) == nil)
        #expect(cache.find([2], id: 1, at: 1000) == nil)
    }
}
