import MeshRuntime
import Testing

/// A folder of `Examples/`, and what a program sees that runs in it.
struct Example: Sendable, CustomTestStringConvertible {
    let folder: String
    let script: @Sendable (ExampleStage) async throws -> Void
    /// What Petrel's own proxy can't do yet, on which the example depends; empty when
    /// it can do everything.
    let lacking: String

    var testDescription: String { folder }

    init(
        _ folder: String, lacking: String = "", _ script: @escaping @Sendable (ExampleStage) async throws -> Void
    ) {
        self.folder = folder
        self.lacking = lacking
        self.script = script
    }

    /// Every folder, in the order of the page that lists them.
    static let all: [Example] = [
        externalService, serviceEntry, externalAccess, tlsOrigination, mutualTLSOrigination, egressGateway,
        egressGatewayTLSOrigination, egressGatewayMutualTLS, wildcardHosts, wildcardEgressGateway,
        externalHTTPProxy, tunnel, dnsProxying, externalName, workloadEntries, localityFailover,
    ]
}
