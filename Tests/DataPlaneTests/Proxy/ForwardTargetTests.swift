import CPetrelSystem
import Testing

@testable import DataPlane

@Suite struct ForwardTargetTests {
    @Test(arguments: [
        ("Example.com", "example.com", UInt16(443)), ("example.com.:8080", "example.com", 8080), ("[::1]:80", "::1", 80),
        ("[2001:db8::1]", "2001:db8::1", 443), ("127.0.0.1:81", "127.0.0.1", 81),
    ])
    func readsHostsAndPorts(text: String, host: String, port: UInt16) {
        let target = ForwardTarget(authority: text, port: 443)
        #expect(target?.host == host)
        #expect(target?.port == port)
    }

    @Test(arguments: ["", ":80", "host:", "host:port", "host:70000", "[::1", "[::1]80", "host:0"])
    func takesNothingElse(text: String) {
        #expect(ForwardTarget(authority: text, port: 443) == nil)
    }

    @Test func knowsAddresses() {
        #expect(ForwardTarget(authority: "127.0.0.1:81", port: 0)?.address?.port == 81)
        #expect(ForwardTarget(authority: "127.0.0.1", port: 0)?.address == nil)
        #expect(ForwardTarget(authority: "host:81", port: 0)?.address == nil)
    }
}
