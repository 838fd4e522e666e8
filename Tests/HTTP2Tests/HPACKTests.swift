import Testing

@testable import HTTP2

/// The examples of RFC 7541, Appendix C.
@Suite struct HPACKTests {
    private func decode(_ decoder: inout HPACKDecoder, _ hex: String) throws -> [String] {
        var list = FieldList()
        try #require(decoder.decode(bytes(hex).span, into: &list))
        return texts(list)
    }

    @Test(arguments: [(10, 5, "0a"), (1337, 5, "1f9a0a"), (42, 8, "2a"), (0, 7, "00"), (127, 7, "7f00")])
    func codesIntegersWithAPrefix(value: Int, prefix: UInt8, hex: String) {
        var output: [UInt8] = []
        HPACKInteger.encode(value, prefix: prefix, flags: 0, to: &output)
        #expect(output == bytes(hex))
        var index = 0
        #expect(HPACKInteger.decode(output.span, &index, prefix: prefix) == value)
        #expect(index == output.count)
    }

    @Test(arguments: ["", "1f", "1f80", "1fffffffffff0f", "1f808080808001"])
    func refusesIntegersThatAreCutOffOrTooLarge(hex: String) {
        var index = 0
        #expect(HPACKInteger.decode(bytes(hex).span, &index, prefix: 5) == nil)
    }

    @Test func readsEveryFormOfALiteral() throws {
        var decoder = HPACKDecoder()
        #expect(
            try decode(&decoder, "400a637573746f6d2d6b65790d637573746f6d2d686561646572") == ["custom-key: custom-header"])
        #expect(decoder.tableSize == 55)
        #expect(try decode(&decoder, "040c2f73616d706c652f70617468") == [":path: /sample/path"])
        #expect(try decode(&decoder, "100870617373776f726406736563726574") == ["password: secret"])
        #expect(try decode(&decoder, "82") == [":method: GET"])
        #expect(decoder.tableSize == 55)
    }

    static let requests: [[String]] = [
        [":method: GET", ":scheme: http", ":path: /", ":authority: www.example.com"],
        [":method: GET", ":scheme: http", ":path: /", ":authority: www.example.com", "cache-control: no-cache"],
        [":method: GET", ":scheme: https", ":path: /index.html", ":authority: www.example.com", "custom-key: custom-value"],
    ]

    @Test(arguments: [
        ["828684410f7777772e6578616d706c652e636f6d", "828684be58086e6f2d6361636865", "828785bf400a637573746f6d2d6b65790c637573746f6d2d76616c7565"],
        ["828684418cf1e3c2e5f23a6ba0ab90f4ff", "828684be5886a8eb10649cbf", "828785bf408825a849e95ba97d7f8925a849e95bb8e8b4bf"],
    ])
    func readsTheRequestsOfC3AndC4(blocks: [String]) throws {
        var decoder = HPACKDecoder()
        for (block, expected) in zip(blocks, Self.requests) { #expect(try decode(&decoder, block) == expected) }
        #expect(decoder.tableSize == 164)
        #expect(decoder.tableCount == 3)
    }

    @Test(arguments: [false, true])
    func writesTheRequestsOfC3AndC4(usesHuffman: Bool) {
        let expected =
            usesHuffman
            ? ["828684418cf1e3c2e5f23a6ba0ab90f4ff", "828684be5886a8eb10649cbf", "828785bf408825a849e95ba97d7f8925a849e95bb8e8b4bf"]
            : ["828684410f7777772e6578616d706c652e636f6d", "828684be58086e6f2d6361636865", "828785bf400a637573746f6d2d6b65790c637573746f6d2d76616c7565"]
        var encoder = HPACKEncoder(usesHuffman: usesHuffman)
        for (fields, hex) in zip(Self.requests, expected) {
            #expect(encode(&encoder, fields) == bytes(hex))
        }
        #expect(encoder.tableSize == 164)
    }

    @Test(arguments: [
        [
            "4803333032580770726976617465611d4d6f6e2c203231204f637420323031332032303a31333a323120474d546e1768747470733a2f2f7777772e6578616d706c652e636f6d",
            "4803333037c1c0bf",
            "88c1611d4d6f6e2c203231204f637420323031332032303a31333a323220474d54c05a04677a69707738666f6f3d4153444a4b48514b425a584f5157454f50495541585157454f49553b206d61782d6167653d333630303b2076657273696f6e3d31",
        ],
        [
            "488264025885aec3771a4b6196d07abe941054d444a8200595040b8166e082a62d1bff6e919d29ad171863c78f0b97c8e9ae82ae43d3",
            "4883640effc1c0bf",
            "88c16196d07abe941054d444a8200595040b8166e084a62d1bffc05a839bd9ab77ad94e7821dd7f2e6c7b335dfdfcd5b3960d5af27087f3672c1ab270fb5291f9587316065c003ed4ee5b1063d5007",
        ],
    ])
    func evictsAsInC5AndC6(blocks: [String]) throws {
        var decoder = HPACKDecoder(tableSize: 256)
        let date = "date: Mon, 21 Oct 2013 20:13:2"
        let location = "location: https://www.example.com"
        #expect(try decode(&decoder, blocks[0]) == [":status: 302", "cache-control: private", date + "1 GMT", location])
        #expect(decoder.tableSize == 222)
        #expect(try decode(&decoder, blocks[1]) == [":status: 307", "cache-control: private", date + "1 GMT", location])
        #expect(
            try decode(&decoder, blocks[2]) == [
                ":status: 200", "cache-control: private", date + "2 GMT", location, "content-encoding: gzip",
                "set-cookie: foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1",
            ])
        #expect(decoder.tableSize == 215)
    }

    @Test(arguments: [
        ("index 0", "80"), ("an index behind both tables", "be"), ("a name behind both tables", "7f0001610161"),
        ("a string that is cut off", "400a6375"), ("Huffman padding of eight bits", "0085f2b24a84ff"),
        ("Huffman padding of zeros", "0081000161"), ("the end-of-string symbol", "0084ffffffff0161"),
        ("a table size above the announced one", "3fe21f"), ("a table size behind a field", "8220"),
    ])
    func refusesBrokenBlocks(name: String, hex: String) {
        var decoder = HPACKDecoder()
        var list = FieldList()
        #expect(!decoder.decode(bytes(hex).span, into: &list), "\(name)")
    }

    @Test func decodesToTheEndWhatIsTooLarge() throws {
        var decoder = HPACKDecoder()
        var list = FieldList(mostFields: 2, mostBytes: 4096)
        let block = "400161016140016201624001630163"
        #expect(decoder.decode(bytes(block).span, into: &list))
        #expect(list.overflowed && list.fields.isEmpty)
        #expect(decoder.decode(bytes("bebf").span, into: &list))
        #expect(texts(list) == ["c: c", "b: b"])
    }

    @Test func followsThePeersTableSize() {
        var encoder = HPACKEncoder(usesHuffman: false)
        _ = encode(&encoder, ["a: b"])
        #expect(encoder.tableSize == 34)
        encoder.setPeerLimit(0)
        encoder.setPeerLimit(100)
        let block = encode(&encoder, ["a: b"])
        #expect(Array(block.prefix(3)) == bytes("203f45"))
        #expect(encoder.tableSize == 34)
        encoder.setPeerLimit(0)
        #expect(encode(&encoder, ["a: b"]).first == 0x20)
        #expect(encoder.tableSize == 0)
    }

    @Test func keepsSecretsOutOfTheTable() {
        var encoder = HPACKEncoder(usesHuffman: false)
        let block = encode(&encoder, ["authorization: Basic x"])
        #expect(block[0] & 0xf0 == 0x10)
        #expect(encoder.tableSize == 0)
    }

    @Test func survivesManyInsertionsAndEvictions() throws {
        var encoder = HPACKEncoder(usesHuffman: true)
        var decoder = HPACKDecoder()
        var list = FieldList()
        for round in 0..<2000 {
            let fields = (0..<4).map { "name-\(($0 * 7 + round) % 90): \(String(repeating: "v\(round % 13)", count: $0 * round % 50))" }
            #expect(decoder.decode(encode(&encoder, fields).span, into: &list))
            #expect(texts(list) == fields)
            #expect(decoder.tableSize == encoder.tableSize)
        }
    }
}

// MARK: - Helpers of this target

func bytes(_ hex: String) -> [UInt8] {
    let digits = hex.filter { !$0.isWhitespace }.compactMap { $0.hexDigitValue }
    return stride(from: 0, to: digits.count - 1, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
}

func texts(_ list: borrowing FieldList) -> [String] {
    var result: [String] = []
    for field in list.fields {
        result.append(
            String(decoding: list.storage[field.name], as: UTF8.self) + ": "
                + String(decoding: list.storage[field.value], as: UTF8.self))
    }
    return result
}

/// `name: value`, where the name may begin with a colon.
func split(_ text: String) -> (name: [UInt8], value: [UInt8]) {
    let all = Array(text.utf8)
    let colon = all.dropFirst().firstIndex(of: 0x3a) ?? all.endIndex
    return (Array(all[..<colon]), Array(all[min(all.count, colon + 2)...]))
}

func encode(_ encoder: inout HPACKEncoder, _ fields: [String]) -> [UInt8] {
    var output: [UInt8] = []
    encoder.beginBlock(&output)
    for text in fields {
        let (name, value) = split(text)
        encoder.encode(name.span, value.span, to: &output)
    }
    return output
}
