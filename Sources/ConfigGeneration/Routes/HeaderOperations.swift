internal import EnvoyAPI
internal import MeshAPI

private typealias Option = Envoy_Config_Core_V3_HeaderValueOption

/// Translates changes of headers; what is set comes before what is added,
/// each sorted by name.
struct HeaderOperations {
    let requestAdded: [Envoy_Config_Core_V3_HeaderValueOption]
    let requestRemoved: [String]
    let responseAdded: [Envoy_Config_Core_V3_HeaderValueOption]
    let responseRemoved: [String]
    /// The host that the request is sent to under another name.
    let authority: String?

    init(_ headers: VirtualService.Headers?) {
        let request = headers?.request
        let response = headers?.response
        let hosts = request?.set.filter { Self.isAuthority($0.key) }
        authority = hosts?.sorted { $0.key < $1.key }.first?.value
        requestAdded = Self.options(
            set: request?.set.filter { !Self.isAuthority($0.key) } ?? [:], add: request?.add ?? [:])
        requestRemoved = request?.remove ?? []
        responseAdded = Self.options(set: response?.set ?? [:], add: response?.add ?? [:])
        responseRemoved = response?.remove ?? []
    }

    func apply(to route: inout EnvoyRoute) {
        route.requestHeadersToAdd += requestAdded
        route.requestHeadersToRemove += requestRemoved
        route.responseHeadersToAdd += responseAdded
        route.responseHeadersToRemove += responseRemoved
    }

    private static func isAuthority(_ name: String) -> Bool {
        name == ":authority" || name.lowercased() == "host"
    }

    private static func options(set: [String: String], add: [String: String]) -> [Option] {
        let written = set.sorted { $0.key < $1.key }.map { option($0.key, $0.value, replaces: true) }
        return written + add.sorted { $0.key < $1.key }.map { option($0.key, $0.value, replaces: false) }
    }

    private static func option(_ name: String, _ value: String, replaces: Bool) -> Option {
        var option = Option()
        option.header.key = name
        option.header.value = value
        if replaces { option.appendAction = .overwriteIfExistsOrAdd }
        return option
    }
}
