internal import MeshAPI

/// IST0134: TCP ports without an address.
struct ServiceEntryAddresses: AnalysisRule {
    let codes: [FindingCode] = [.addressesRequired]

    func apply(to mesh: AnalyzedMesh, _ findings: inout FindingCollector) {
        if mesh.allocatesForEveryProxy { return }
        for entry in mesh.serviceEntries where entry.spec.addresses.isEmpty {
            if entry.object.status?["addresses"]?.array?.isEmpty == false { continue }
            for (index, port) in entry.spec.ports.enumerated() where port.protocol.isEmpty || port.protocol.uppercased() == "TCP" {
                findings.report(
                    .addressesRequired, on: entry.object, at: "spec.ports[\(index)].protocol",
                    "ServiceEntry addresses are required for this protocol.")
            }
        }
    }
}

extension AnalyzedMesh {
    private var proxyMetadata: ConfigValue? { mesh.defaultConfig["proxyMetadata"] }

    /// Whether the DNS of every app is answered by the mesh.
    var capturesDNSEverywhere: Bool { proxyMetadata?["ISTIO_META_DNS_CAPTURE"]?.string == "true" }

    /// Whether every app is given addresses for hosts that have none.
    var allocatesForEveryProxy: Bool {
        capturesDNSEverywhere && proxyMetadata?["ISTIO_META_DNS_AUTO_ALLOCATE"]?.string == "true"
    }
}
