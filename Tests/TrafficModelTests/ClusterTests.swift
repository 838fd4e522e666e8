import EnvoyAPI
import Testing

@testable import TrafficModel

struct ClusterTests {
    static let context = "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext"
    static let options = "type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions"

    private func cluster(_ fields: String) throws -> (ClusterPlan, TrafficTables) {
        let tables = try Fixture.compile(
            ResourceSet(clusters: [Fixture.cluster(#"{"name": "c", "connectTimeout": "1.5s", \#(fields)}"#)]))
        return (tables.clusters[0], tables)
    }

    private func tls(_ common: String, sni: String = "", options: String = "") throws -> (TLSPlan, TrafficTables) {
        let (plan, tables) = try cluster(
            """
            "type": "STRICT_DNS", "transportSocket": {"name": "tls", "typedConfig": {"@type": "\(Self.context)",
              "commonTlsContext": {\(common)} \(sni)}} \(options)
            """)
        return (try #require(plan.tls.first), tables)
    }

    @Test func dnsClustersKeepTheirNamesAndLimits() throws {
        let (plan, tables) = try cluster(
            """
            "type": "STRICT_DNS", "lbPolicy": "LEAST_REQUEST", "dnsLookupFamily": "V4_ONLY", "respectDnsTtl": true,
            "dnsRefreshRate": "60s", "circuitBreakers": {"thresholds": [{"maxConnections": 7}]},
            "loadAssignment": {"clusterName": "c", "endpoints": [
              {"priority": 1, "lbEndpoints": [{"endpoint": {"address": {"socketAddress": {"address": "b.example", "portValue": 2}}}}]},
              {"locality": {"region": "r", "zone": "z"}, "lbEndpoints": [{"loadBalancingWeight": 5, "healthStatus": "DRAINING",
                "endpoint": {"address": {"socketAddress": {"address": "a.example", "portValue": 1}}}}]}]}
            """)
        #expect(plan.discovery == .strictDNS)
        #expect(plan.balancing == .leastRequest)
        #expect(plan.connectTimeoutMilliseconds == 1500)
        #expect(plan.breakers.maximumConnections == 7)
        #expect(plan.breakers.maximumRetries == 3)
        let endpoints = tables.endpoints(ofCluster: 0)
        #expect(endpoints.map(\.host.string) == ["a.example", "b.example"])
        #expect(endpoints[0].locality.string == "r/z")
        #expect(endpoints[0].weight == 5)
        #expect(endpoints[0].health == .draining)
        #expect(endpoints[0].address == nil)
        #expect(endpoints[1].priority == 1)
    }

    @Test func originalDestinationMayChangeThePort() throws {
        let (plan, _) = try cluster(
            #""type": "ORIGINAL_DST", "lbPolicy": "CLUSTER_PROVIDED", "originalDstLbConfig": {"upstreamPortOverride": 8443}"#)
        #expect(plan.discovery == .originalDestination)
        #expect(plan.upstreamPortOverride == 8443)
        #expect(!plan.isBlackHole)
    }

    @Test func endpointsOfDiscoveryArriveByServiceName() throws {
        var tables = try Fixture.compile(
            ResourceSet(clusters: [
                Fixture.cluster(#"{"name": "c", "type": "EDS", "edsClusterConfig": {"serviceName": "svc", "edsConfig": {"ads": {}}}}"#)
            ]))
        #expect(tables.endpoints(ofCluster: 0).isEmpty)
        let revision = tables.clusters[0].revision
        let assignment: Envoy_Config_Endpoint_V3_ClusterLoadAssignment = try EnvoyJSON.decode(
            from: #"{"clusterName": "svc", "endpoints": [{"lbEndpoints": [{"endpoint": {"address": {"socketAddress": {"address": "192.0.2.1", "portValue": 1}}}}]}]}"#)
        tables = tables.applying(ResourceChange(updated: ResourceSet(endpoints: [assignment]))).tables
        #expect(tables.endpoints(ofCluster: 0).count == 1)
        #expect(tables.clusters[0].revision == revision)
        #expect(tables.endpointRevision(ofCluster: 0) > revision)
    }

    @Test func istiosSimpleTLSVerifiesTheRewrittenHost() throws {
        let (plan, tables) = try tls(
            """
            "combinedValidationContext": {"defaultValidationContext": {}, "validationContextSdsSecretConfig": {"name": "file-root:system"}},
            "tlsParams": {"tlsMinimumProtocolVersion": "TLSv1_2", "tlsMaximumProtocolVersion": "TLSv1_3"}
            """,
            options: """
                , "typedExtensionProtocolOptions": {"envoy.extensions.upstreams.http.v3.HttpProtocolOptions": {"@type": "\(Self.options)",
                  "upstreamHttpProtocolOptions": {"autoSni": true, "autoSanValidation": true}, "explicitHttpConfig": {"httpProtocolOptions": {}}}}
                """)
        #expect(plan.serverName == .requestHost)
        #expect(plan.verifiesServerName && plan.verifiesChain)
        #expect(plan.trust.kind == .secret)
        #expect(plan.trust.path.string == "file-root:system")
        #expect(plan.certificate.kind == .none)
        #expect(plan.minimumVersion == .tls12 && plan.maximumVersion == .tls13)
        #expect(serverName(tables, plan, host: "raw.githubusercontent.com:443") == "raw.githubusercontent.com")
        #expect(serverName(tables, plan, host: "192.0.2.1:443") == "")
        #expect(serverName(tables, plan, host: "[::1]:443") == "")
    }

    private func serverName(_ tables: TrafficTables, _ plan: TLSPlan, host: String) -> String {
        RequestText(authority: host).withView { view in
            ByteWriter.string {
                tables.writeServerName(
                    plan, authority: view[view.authority], endpointHostname: FlatText(), request: view, into: &$0)
            }
        }
    }

    @Test func clientCertificatesAndNamesComeFromTheContext() throws {
        let (plan, tables) = try tls(
            """
            "tlsCertificateSdsSecretConfigs": [{"name": "file-cert:/etc/c.pem~/etc/k.pem"}], "alpnProtocols": ["h2", "http/1.1"],
            "combinedValidationContext": {"defaultValidationContext": {
                "matchSubjectAltNames": [{"exact": "a.example.com"}, {"prefix": "spiffe://x"}], "crl": {"filename": "/etc/crl.pem"}},
              "validationContextSdsSecretConfig": {"name": "file-root:/etc/ca.pem"}}
            """, sni: #", "sni": "s.example.com""#)
        #expect(plan.certificate.kind == .secret)
        #expect(plan.certificate.path.string == "file-cert:/etc/c.pem~/etc/k.pem")
        #expect(plan.trust.path.string == "file-root:/etc/ca.pem")
        #expect(plan.revocation.path.string == "/etc/crl.pem")
        #expect(plan.names.map { $0.matcher.kind } == [.exact, .prefix])
        #expect(plan.applicationProtocols.string == "\u{2}h2\u{8}http/1.1")
        #expect(!plan.verifiesServerName)
        #expect(serverName(tables, plan, host: "other") == "s.example.com")
    }

    @Test(arguments: [
        (#""validationContext": {}"#, false, CredentialSource.Kind.none), (#""tlsParams": {}"#, false, .none),
        (#""validationContext": {"trustedCa": {"filename": "/ca"}}"#, true, .file),
        (#""validationContext": {"trustedCa": {"inlineString": "PEM"}}"#, true, .inline),
        (#""validationContext": {"trustedCa": {"filename": "/ca"}, "trustChainVerification": "ACCEPT_UNTRUSTED"}"#, false, .file),
        (#""validationContextSdsSecretConfig": {"name": "kubernetes://ca"}"#, true, .secret),
        (#""validationContext": {"systemRootCerts": {}}"#, true, .system),
    ])
    func verificationIsOnWhenThereIsSomethingToTrust(common: String, verifies: Bool, kind: CredentialSource.Kind) throws {
        let (plan, _) = try tls(common)
        #expect(plan.verifiesChain == verifies)
        #expect(plan.trust.kind == kind)
    }

    @Test func transportSocketsAreChosenByLabels() throws {
        let (plan, tables) = try cluster(
            """
            "type": "STATIC", "transportSocketMatches": [
              {"name": "m", "match": {"tlsMode": "istio"}, "transportSocket": {"name": "t", "typedConfig": {"@type": "\(Self.context)", "sni": "mesh"}}},
              {"name": "d", "match": {}, "transportSocket": {"name": "r", "typedConfig": {"@type": "type.googleapis.com/envoy.extensions.transport_sockets.raw_buffer.v3.RawBuffer"}}}],
            "loadAssignment": {"endpoints": [{"lbEndpoints": [
              {"endpoint": {"address": {"socketAddress": {"address": "192.0.2.1", "portValue": 1}}}},
              {"endpoint": {"address": {"socketAddress": {"address": "192.0.2.2", "portValue": 1}}},
               "metadata": {"filterMetadata": {"envoy.transport_socket_match": {"tlsMode": "istio"}}}}]}]}
            """)
        let endpoints = tables.endpoints(ofCluster: 0)
        #expect(plan.tlsPlan(for: endpoints[0]).isEmpty)
        #expect(plan.tlsPlan(for: endpoints[1]).first?.serverNameText.string == "mesh")
    }

    @Test func proxyProtocolWrapsTLS() throws {
        let (plan, _) = try cluster(
            """
            "type": "STATIC", "transportSocket": {"name": "p", "typedConfig": {
              "@type": "type.googleapis.com/envoy.extensions.transport_sockets.proxy_protocol.v3.ProxyProtocolUpstreamTransport",
              "config": {"version": "V2"}, "transportSocket": {"name": "t", "typedConfig": {"@type": "\(Self.context)", "sni": "s"}}}}
            """)
        #expect(plan.proxyProtocolVersion == 2)
        #expect(plan.tls.count == 1)
    }
}
