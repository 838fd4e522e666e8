/// The firewall of a captured namespace, as an `nft` script.
///
/// Every outbound TCP connection is redirected to the proxy, every query to
/// port 53 to the mesh's DNS server, and whatever is left is refused: there is
/// no other way out. Loopback stays the program's own, as on Istio, whose rules
/// exempt `127.0.0.1/32` only, so that any other address of `127.0.0.0/8` still
/// goes to the proxy.
public struct CaptureRules: Sendable, Equatable {
    /// Port that redirected connections arrive on. Default 15001, Istio's.
    public var tcpPort: UInt16
    /// Port that DNS queries arrive on. Default 15053, Istio's.
    public var dnsPort: UInt16

    public init(tcpPort: UInt16 = 15001, dnsPort: UInt16 = 15053) {
        self.tcpPort = tcpPort
        self.dnsPort = dnsPort
    }

    /// The script that `nft -f -` reads.
    public var script: String {
        """
        table inet petrel {
          chain capture {
            type nat hook output priority -100; policy accept;
            udp dport 53 redirect to :\(dnsPort)
            tcp dport 53 redirect to :\(dnsPort)
            ip daddr 127.0.0.1 return
            ip6 daddr ::1 return
            meta l4proto tcp redirect to :\(tcpPort)
          }
          chain confine {
            type filter hook output priority 0; policy drop;
            ip daddr 127.0.0.0/8 accept
            ip6 daddr ::1 accept
            ct state established,related accept
            meta l4proto tcp reject with tcp reset
            reject with icmpx admin-prohibited
          }
        }

        """
    }
}
