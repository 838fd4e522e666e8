internal import ArgumentParser
internal import EnvoyAPI
internal import MeshAPI
internal import SwiftProtobuf

/// The sections of the output of `petrel xds`.
enum ResourceSection: String, ExpressibleByArgument, CaseIterable {
    case listener, route, cluster, endpoint, secret, nametable

    /// Key in a document that holds several.
    var plural: String {
        switch self {
        case .listener: "listeners"
        case .route: "routes"
        case .cluster: "clusters"
        case .endpoint: "endpoints"
        case .secret: "secrets"
        case .nametable: "nameTable"
        }
    }
}

/// Envoy resources as one printable value.
struct ResourceDocument {
    /// All sections as an object of lists; one section as its list.
    let value: ConfigValue

    /// - Parameters:
    ///   - type: Only this section.
    ///   - name: Only resources of this name.
    init(_ resources: ResourceSet, type: ResourceSection?, name: String?) throws {
        func list<M: Message>(_ messages: [M], _ key: (M) -> String) throws -> ConfigValue {
            .array(try messages.filter { name == nil || key($0) == name }.map(Self.value))
        }
        func section(_ section: ResourceSection) throws -> ConfigValue {
            switch section {
            case .listener: try list(resources.listeners, \.name)
            case .route: try list(resources.routes, \.name)
            case .cluster: try list(resources.clusters, \.name)
            case .endpoint: try list(resources.endpoints, \.clusterName)
            case .secret: try list(resources.secrets, \.name)
            case .nametable: try Self.value(resources.nameTable)
            }
        }
        if let type {
            value = try section(type)
            return
        }
        var fields = OrderedFields()
        for type in ResourceSection.allCases { fields[type.plural] = try section(type) }
        value = .object(fields)
    }

    private static func value(_ message: some Message) throws -> ConfigValue {
        let read = ConfigValue.read(yaml: try EnvoyJSON.encode(message), file: "")
        return read.value
    }
}
