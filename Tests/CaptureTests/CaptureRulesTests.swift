import Capture
import Testing

@Suite struct CaptureRulesTests {
    @Test func dnsIsRedirectedBeforeLoopbackIsExempted() throws {
        let lines = CaptureRules(tcpPort: 1, dnsPort: 2).script.split(separator: "\n").map {
            $0.trimmingPrefix(while: { $0 == " " })
        }
        let dns = try #require(lines.firstIndex(of: "udp dport 53 redirect to :2"))
        let loopback = try #require(lines.firstIndex(of: "ip daddr 127.0.0.1 return"))
        let rest = try #require(lines.firstIndex(of: "meta l4proto tcp redirect to :1"))
        #expect(dns < loopback)
        #expect(loopback < rest)
    }

    @Test func whatIsNotAllowedIsDropped() {
        #expect(CaptureRules().script.contains("type filter hook output priority 0; policy drop;"))
    }

    @Test func shortNamesResolveInTheNamespaceOfTheProgram() {
        #expect(
            ResolverFiles(namespace: "shop").resolvConf
                == "nameserver 127.0.0.1\nsearch shop.svc.cluster.local svc.cluster.local cluster.local\noptions ndots:1 timeout:5 attempts:2\n")
    }

    @Test(arguments: [
        ("passwd: files\nhosts: files mymachines resolve [!UNAVAIL=return] dns\n", "passwd: files\nhosts: files dns\n"),
        ("passwd: files\n  hosts: nis\nshells: x\n\n", "passwd: files\nshells: x\nhosts: files dns\n"),
        ("", "hosts: files dns\n"),
    ])
    func hostsComeFromFilesAndDNSOnly(machine: String, expected: String) {
        #expect(ResolverFiles(namespace: "default").nsswitchConf(machine: machine) == expected)
    }
}
