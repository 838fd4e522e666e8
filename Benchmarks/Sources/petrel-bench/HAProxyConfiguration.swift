/// The HAProxy configuration of a case, equal in effect to Envoy's.
enum HAProxyConfiguration {
    static func text(_ setup: Setup) throws -> String {
        let bench = setup.bench
        let isTCP = bench.front == .tcp
        var text = """
            global
                nbthread 1
                maxconn 9500
                # With its defaults HAProxy closes idle upstream connections
                # once a quarter of the descriptors are in use.
                tune.pool-low-fd-ratio 80
                tune.pool-high-fd-ratio 90

            defaults
                mode \(isTCP ? "tcp" : "http")
                timeout connect 5s
                timeout client 60s
                timeout server 60s

            """
        if !isTCP { text += "    http-reuse always\n" }
        if bench.accessLog == .text {
            text += "    log stdout format raw local0\n    option httplog\n"
        }
        text += "\nfrontend bench\n    bind 127.0.0.1:\(setup.port)"
        text += bench.front == .http2 ? " proto h2\n" : "\n"
        if isTCP {
            text += "    default_backend backend-0\n"
        } else if bench.hosts == 1 {
            text += "    use_backend backend-0 if "
                + "{ req.hdr(host) -i \(bench.hostNames[0]) }\n"
        } else {
            let map = try setup.write(
                bench.hostNames.enumerated()
                    .map { "\($1) backend-\($0)\n" }.joined(),
                to: "hosts.map")
            text += "    use_backend %[req.hdr(host),lower,map(\(map))]\n"
        }
        let tls = bench.isTLS
            ? " ssl verify required ca-file \(setup.authorityFile)"
                + " sni str(\(Setup.originName))"
                + " verifyhost \(Setup.originName) ssl-min-ver TLSv1.3"
            : ""
        for number in 0..<bench.hosts {
            text += "\nbackend backend-\(number)\n"
                + "    server origin 127.0.0.1:\(setup.originPort)\(tls)\n"
        }
        return text
    }
}
