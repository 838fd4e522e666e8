import MeshAPI
import ServiceRegistry
import Testing

@testable import Analysis

struct ServiceListingTests {
    @Test func aServiceIsListedWithAllThatTheRegistryKnows() {
        let yaml = """
            apiVersion: networking.istio.io/v1
            kind: ServiceEntry
            metadata: {name: api, namespace: shop}
            spec:
              hosts: [api.example.com]
              location: MESH_EXTERNAL
              resolution: DNS
              exportTo: ["."]
              ports: [{number: 80, name: http, protocol: HTTP, targetPort: 443}]
            """
        let snapshot = MeshSnapshot(objects: ObjectReader.read(yaml: yaml, file: "").objects, mesh: MeshConfig())
        let listing = ServiceListing(snapshot)
        let service = listing.json.array?.first
        #expect(service?["host"] == "api.example.com")
        #expect(service?["visibility"] == ["shop"])
        #expect(service?["resolution"] == "DNS")
        #expect(service?["location"] == "MESH_EXTERNAL")
        #expect(service?["objects"] == ["ServiceEntry shop/api"])
        #expect(service?["ports"]?.array?.first?["targetPort"] == 443)
        #expect(service?["endpoints"]?.array?.first?["port"] == 443)
        #expect(service?["allocatedAddresses"]?.array?.count == 2)
        #expect(listing.text.contains("api.example.com:443 for port 80"))
    }
}
