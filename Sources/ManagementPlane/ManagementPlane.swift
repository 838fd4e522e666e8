public import MeshAPI

/// Turns Gloo Mesh kinds into Istio kinds.
///
/// A pure function of the objects: no store, no clock. The rules, and where they
/// come from, are in `docs/reference/gloo-mesh.md`.
public enum ManagementPlane {
    /// Translates every Destination with an external service among `objects`.
    ///
    /// An object that can't be translated produces violations and nothing else;
    /// the others are not affected. The result does not depend on the order of
    /// `objects`.
    public static func translate(_ objects: [MeshObject]) -> Translation {
        var translation = Translation()
        let members = MeshMembership(objects: objects, violations: &translation.violations)
        var allocator = ServiceAddressAllocator(reserved: reservedAddresses(objects))
        let services = ExternalServiceRequest.all(in: objects, for: members)
        var owners: [ObjectReference: ObjectReference] = [:]
        for request in services {
            let builder = ServiceEntryBuilder(request: request)
            let reference = builder.reference
            if let owner = owners[reference] {
                guard owner != request.destination.reference else { continue }
                translation.violations.append(
                    Violation(
                        severity: .error, code: .duplicateObject,
                        message: "\(reference) is made from \(owner) already; give one of the two another externalService.name",
                        path: "spec.externalService.name", object: request.destination.reference,
                        location: request.destination.location(of: "spec.externalService.name")))
                continue
            }
            let outcome = builder.build(addresses: &allocator)
            translation.violations += outcome.violations
            guard !outcome.objects.isEmpty else { continue }
            owners[reference] = request.destination.reference
            translation.objects += outcome.objects
        }
        translation.objects.sort { $0.reference < $1.reference }
        translation.violations += objects.compactMap(withoutEffect)
        return translation
    }

    /// Policies are read and checked, and not translated yet: that must not stay
    /// unsaid.
    private static func withoutEffect(_ object: MeshObject) -> Violation? {
        let instead: String
        switch object.spec {
        case .trafficPolicy: instead = "a VirtualService and a DestinationRule"
        case .accessPolicy: instead = "an AuthorizationPolicy"
        default: return nil
        }
        return Violation(
            severity: .warning, code: .invalidMeshPolicy,
            message: "\(object.kind) is not translated yet and has no effect; write \(instead) for now", path: "spec",
            object: object.reference, location: object.location(of: "spec"))
    }

    /// Addresses that objects name themselves and that nobody may be given.
    private static func reservedAddresses(_ objects: [MeshObject]) -> Set<String> {
        var reserved: Set<String> = []
        for object in objects {
            switch object.spec {
            case .serviceEntry(let entry): reserved.formUnion(entry.addresses)
            case .destination(let destination): reserved.formUnion(destination.externalService?.addresses ?? [])
            default: break
            }
        }
        return reserved
    }
}
