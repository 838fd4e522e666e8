import Testing

@testable import TrafficModel

struct AddressTests {
    @Test(arguments: [
        ("127.0.0.1", "127.0.0.1"), ("0.0.0.0", "0.0.0.0"), ("255.255.255.255", "255.255.255.255"),
        ("::", "::"), ("::1", "::1"), ("1::", "1::"), ("2001:db8::1", "2001:db8::1"),
        ("2001:0DB8:0:0:0:0:0:1", "2001:db8::1"), ("1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8"),
        ("1:0:0:2:0:0:0:3", "1:0:0:2::3"), ("::ffff:1.2.3.4", "1.2.3.4"), ("64:ff9b::1.2.3.4", "64:ff9b::102:304"),
        ("1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"), ("::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"),
    ])
    func textIsReadAndWritten(text: String, canonical: String) throws {
        let address = try #require(IPAddress(text))
        #expect(address.description == canonical)
        #expect(IPAddress(canonical) == address)
    }

    @Test(arguments: [
        "", "1.2.3", "1.2.3.4.5", "256.1.1.1", "1.2.3.04", "a.b.c.d", ":", ":::", "1::2::3", "1:2:3:4:5:6:7:8:9",
        "12345::", "1:2", "::1%eth0", "10.0.0.0/8", "1:2:3:4:5:6:7:", "localhost",
    ])
    func otherTextIsRefused(text: String) {
        #expect(IPAddress(text) == nil)
    }

    @Test(arguments: [
        ("10.1.5.0", 16, "10.1.255.255", true), ("10.1.5.0", 16, "10.2.0.0", false), ("0.0.0.0", 0, "9.9.9.9", true),
        ("0.0.0.0", 0, "::1", false), ("1.2.3.4", 32, "1.2.3.4", true), ("1.2.3.4", 32, "1.2.3.5", false),
        ("2001:db8::", 32, "2001:db8:ffff::1", true), ("2001:db8::", 32, "2001:db9::1", false),
        ("2001:db8::1", 128, "2001:db8::1", true), ("fe80::", 10, "febf::1", true), ("::", 0, "1::", true),
        ("1:2:3:4:5::", 72, "1:2:3:4:105::", false), ("1:2:3:4:500::", 72, "1:2:3:4:5ff::", true),
    ])
    func rangesHoldWhatTheirPrefixSays(base: String, length: Int, candidate: String, inside: Bool) throws {
        let range = AddressRange(try #require(IPAddress(base)), prefixLength: length)
        #expect(range.contains(try #require(IPAddress(candidate))) == inside)
    }

    @Test func comparisonFoldsOnlyLetters() {
        for first in UInt8.min...UInt8.max {
            for second in stride(from: first & 0x1F, through: 255, by: 16) {
                let a = [UInt8](repeating: first, count: 9)
                let b = [UInt8](repeating: second, count: 9)
                let expected = fold(first) == fold(second)
                a.withUnsafeBufferPointer { a in
                    b.withUnsafeBufferPointer { b in
                        #expect(ByteComparison.equalIgnoringCase(a, b) == expected)
                        if expected {
                            #expect(ByteComparison.hashIgnoringCase(a) == ByteComparison.hashIgnoringCase(b))
                        }
                    }
                }
            }
        }
    }

    private func fold(_ byte: UInt8) -> UInt8 {
        byte >= 65 && byte <= 90 ? byte + 32 : byte
    }

    @Test(arguments: [("", 0xEF46_DB37_51D8_E999), ("a", 0xD24E_C4F1_A98C_6E5B), ("abc", 0x44BC_2CF5_AD77_0999)] as [(String, UInt64)])
    func xxHashHasItsPublishedValues(text: String, hash: UInt64) {
        text.withBuffer { #expect(XXHash64.hash($0) == hash) }
    }

    @Test func xxHashOfLongTextsUsesAllLanes() {
        let text = "Nobody inspects the spammish repetition"
        text.withBuffer { #expect(XXHash64.hash($0) == 0xFBCE_A83C_8A37_8BF1) }
    }
}
