internal import MeshAPI
internal import ServiceRegistry

/// IST0177: one host and port declared with several protocols.
struct ServiceEntryProtocols: AnalysisRule {
    let codes: [FindingCode] = [.conflictingProtocols]

    private struct HostPort: Hashable {
        let host: String
        let port: UInt32
    }

    private struct Declaration {
        let entry: Declared<ServiceEntry>
        let portProtocol: String
        let visibility: Visibility
        let path: String
    }

    func apply(to mesh: AnalyzedMesh, _ findings: inout FindingCollector) {
        var declarations: [HostPort: [Declaration]] = [:]
        for entry in mesh.serviceEntries {
            let visibility = Visibility(
                exportTo: entry.spec.exportTo, namespace: entry.namespace, meshDefault: mesh.mesh.defaultServiceExportTo)
            for host in entry.spec.hosts {
                for (index, port) in entry.spec.ports.enumerated() {
                    let declaration = Declaration(
                        entry: entry, portProtocol: port.protocol.uppercased(), visibility: visibility, path: "spec.ports[\(index)].protocol")
                    declarations[HostPort(host: host, port: port.number), default: []].append(declaration)
                }
            }
        }
        for (key, all) in declarations {
            let conflicting = all.filter { one in
                all.contains { $0.portProtocol != one.portProtocol && $0.entry.reference != one.entry.reference && one.visibility.overlaps($0.visibility) }
            }
            guard !conflicting.isEmpty else { continue }
            let names = Set(conflicting.map(\.entry.fullName)).sorted().joined(separator: ", ")
            let protocols = Set(conflicting.map(\.portProtocol)).sorted().joined(separator: ", ")
            for declaration in conflicting {
                findings.report(
                    .conflictingProtocols, on: declaration.entry.object, at: declaration.path,
                    "Multiple ServiceEntries (\(names)) define the same host \"\(key.host)\" and port \(key.port) with conflicting protocols (\(protocols)).")
            }
        }
    }
}

extension Visibility {
    /// Whether some namespace sees both.
    func overlaps(_ other: Visibility) -> Bool {
        switch (self, other) {
        case (.nobody, _), (_, .nobody): false
        case (.everywhere, _), (_, .everywhere): true
        case (.namespaces(let left), .namespaces(let right)): !left.isDisjoint(with: right)
        }
    }
}
