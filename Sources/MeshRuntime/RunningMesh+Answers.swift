internal import Diagnostics
public import LocalControl
internal import ManagementPlane
internal import MeshAPI
internal import MeshCompilation
internal import ServiceRegistry

extension RunningMesh {
    /// Answers another command's question about the configuration in force.
    ///
    /// - Throws: ``ControlError`` when the question can't be read.
    public func answer(_ request: ControlRequest) throws -> String {
        switch request {
        case .status: return status()
        case .attach: throw ControlError("Sockets are attached by a message of their own.")
        case .explain(let request, let headers, let identity, let json, let verbose):
            var query = try TrafficQuery.parse(request).get()
            if let problem = query.add(headers: headers) { throw ControlError(problem) }
            let proxy = ProxyIdentity(workload: identity)
            let explanation = CompiledProxy(
                configuration: compiled.configuration(for: proxy), identity: proxy,
                objects: compiled.declared + compiled.translation.objects
            ).explain(query)
            return json ? explanation.json.json(pretty: true) : explanation.text(verbose: verbose)
        }
    }
}
