import CPetrelSystem
import Testing

@testable import DataPlane

@Suite struct AddressOrderTests {
    @Test(arguments: [
        (["::1", "::2", "1.1.1.1", "2.2.2.2"], ["::1", "1.1.1.1", "::2", "2.2.2.2"]),
        (["1.1.1.1", "::1", "::2"], ["1.1.1.1", "::1", "::2"]),
        (["1.1.1.1", "2.2.2.2"], ["1.1.1.1", "2.2.2.2"]),
        ([], []),
    ])
    func familiesTakeTurns(given: [String], expected: [String]) {
        let addresses = given.map { text in
            var address = petrel_address()
            _ = petrel_address_parse(text, 80, &address)
            return address
        }
        #expect(AddressOrder.interleaved(addresses).map { "\($0.ip)" } == expected)
    }
}
