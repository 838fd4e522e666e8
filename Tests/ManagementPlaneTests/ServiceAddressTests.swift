import ManagementPlane
import Testing

@Suite struct ServiceAddressTests {
    /// Vectors from published output of Gloo Mesh.
    @Test(arguments: [
        ("my-external-service", "istio-system", "", "248.6.56.91"),
        ("forumsystems-ldap", "istio-system", "cluster1", "248.85.101.6"),
        ("some-svc", "some-ns", "cluster", "243.21.204.125"),
    ])
    func theAddressIsGloosOwn(name: String, namespace: String, cluster: String, address: String) {
        #expect(ServiceAddress.text(ServiceAddress.hash(name: name, namespace: namespace, cluster: cluster)) == address)
    }

    @Test func collidingNamesGetDifferentAddresses() {
        var allocator = ServiceAddressAllocator()
        let first = allocator.allocate(name: "svc-17153", namespace: "istio-system", cluster: "")
        let second = allocator.allocate(name: "svc-27161", namespace: "istio-system", cluster: "")
        #expect(first == "244.93.116.55")
        #expect(second != first)
        #expect(second.hasPrefix("24") || second.hasPrefix("25"))
    }

    @Test func addressesThatObjectsNameThemselvesAreLeftAlone() {
        var allocator = ServiceAddressAllocator(reserved: ["248.6.56.91"])
        #expect(allocator.allocate(name: "my-external-service", namespace: "istio-system", cluster: "") != "248.6.56.91")
    }

    @Test func istiosOwnBlockIsLeftToIstio() {
        #expect(ServiceAddress.text(ServiceAddress.hash(name: "svc-1406", namespace: "istio-system", cluster: "")).hasPrefix("240.240."))
        var allocator = ServiceAddressAllocator()
        #expect(!allocator.allocate(name: "svc-1406", namespace: "istio-system", cluster: "").hasPrefix("240.240."))
    }
}
