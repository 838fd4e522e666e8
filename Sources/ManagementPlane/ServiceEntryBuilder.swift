internal import MeshAPI

/// Makes the Istio objects of one external service for one installation.
struct ServiceEntryBuilder {
    /// What came of it: objects, or the reasons why there are none.
    struct Outcome {
        var objects: [MeshObject] = []
        var violations: [Violation] = []
    }

    var request: ExternalServiceRequest

    /// The API version that kubectl prints in the guide.
    static let apiVersion = "networking.istio.io/v1beta1"

    /// The ServiceEntry that will be made.
    var reference: ObjectReference {
        ObjectReference(kind: "ServiceEntry", namespace: request.member.installation.namespace, name: request.service.name)
    }

    func build(addresses allocator: inout ServiceAddressAllocator) -> Outcome {
        let service = request.service
        var outcome = Outcome()
        let resolution: ServiceEntry.Resolution
        do {
            resolution = try EndpointResolution.of(service)
        } catch {
            outcome.violations.append(
                violation(
                    .error, at: "spec.externalService.endpoints",
                    "endpoints contain both ipv6 and hostname addresses; use one or the other"))
            return outcome
        }
        var entry = ServiceEntry()
        entry.hosts = service.hosts
        entry.ports = service.ports.map { port in
            var result = ServiceEntry.ServicePort()
            result.name = port.name
            result.number = port.number
            result.`protocol` = port.`protocol`
            return result
        }
        entry.endpoints = service.endpoints.map { endpoint in
            var result = WorkloadEntry()
            result.address = endpoint.address
            result.ports = endpoint.ports
            return result
        }
        entry.resolution = resolution
        entry.addresses = service.addresses
        entry.exportTo = service.namespaces(in: request.member.installation)

        let refused = Validator.validate(object(entry)).filter { $0.severity == .error }
        guard refused.isEmpty else {
            outcome.violations += refused.map(translated)
            return outcome
        }
        if service.addresses.isEmpty, resolution != .none, !service.hosts.contains(where: { $0.contains("*") }) {
            entry.addresses = [
                allocator.allocate(name: service.name, namespace: request.member.installation.namespace, cluster: "")
            ]
        }
        outcome.objects.append(object(entry))
        rewriteHost(&outcome)
        return outcome
    }

    private func object(_ entry: ServiceEntry) -> MeshObject {
        MeshObject(
            apiVersion: Self.apiVersion, kind: "ServiceEntry",
            metadata: OutputMetadata.make(name: request.service.name, for: request), spec: .serviceEntry(entry),
            source: request.destination.source)
    }

    /// `options.autoHostRewrite`: the request's Host becomes the endpoint's name.
    private func rewriteHost(_ outcome: inout Outcome) {
        let service = request.service
        guard service.options?.autoHostRewrite == true else { return }
        let path = "spec.externalService.options.autoHostRewrite"
        let names = Set(service.endpoints.map(\.address))
        guard names.count == 1, let name = names.first, !EndpointResolution.isAddress(name) else {
            outcome.violations.append(
                violation(.warning, at: path, "autoHostRewrite has no effect unless every endpoint has the same host name"))
            return
        }
        let ports = service.ports.filter { ["HTTP", "HTTP2", "GRPC"].contains($0.`protocol`.uppercased()) }
        guard !ports.isEmpty else {
            outcome.violations.append(violation(.warning, at: path, "autoHostRewrite has no effect without an HTTP port"))
            return
        }
        for host in service.hosts {
            outcome.objects.append(hostRewrite(of: host, to: name, ports: ports.map(\.number)))
        }
    }

    private func hostRewrite(of host: String, to name: String, ports: [UInt32]) -> MeshObject {
        var virtualService = VirtualService()
        virtualService.hosts = [host]
        virtualService.http = ports.map { number in
            var match = VirtualService.HTTPMatchRequest()
            match.port = number
            var rewrite = VirtualService.HTTPRewrite()
            rewrite.authority = name
            var target = VirtualService.HTTPRouteDestination()
            var destination = VirtualService.Destination()
            destination.host = host
            var port = PortSelector()
            port.number = number
            destination.port = port
            target.destination = destination
            var route = VirtualService.HTTPRoute()
            route.match = [match]
            route.rewrite = rewrite
            route.route = [target]
            return route
        }
        let name = request.service.hosts.count == 1
            ? request.service.name : SanitizedName.of("\(request.service.name)-\(host)")
        return MeshObject(
            apiVersion: Self.apiVersion, kind: "VirtualService", metadata: OutputMetadata.make(name: name, for: request),
            spec: .virtualService(virtualService), source: request.destination.source)
    }

    // MARK: - Violations

    private func violation(_ severity: Violation.Severity, at path: String, _ message: String) -> Violation {
        Violation(
            severity: severity, code: .invalidExternalService, message: message, path: path,
            object: request.destination.reference, location: request.destination.location(of: path))
    }

    /// What Istio says about the ServiceEntry, said about the Destination that its
    /// author wrote: the fields have the same names below `externalService`.
    private func translated(_ violation: Violation) -> Violation {
        let path = violation.path.hasPrefix("spec.")
            ? "spec.externalService." + violation.path.dropFirst(5)
            : violation.path == "metadata.name" ? "spec.externalService.name" : "spec.externalService"
        return self.violation(.error, at: path, violation.message)
    }
}
