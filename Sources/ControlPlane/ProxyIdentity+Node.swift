public import EnvoyAPI
public import ServiceRegistry
internal import SwiftProtobuf

extension ProxyIdentity {
    /// Who a node says it is: its id, and Istio's names in its metadata.
    ///
    /// - Returns: nil when the id is not of Istio's form.
    public init?(node: Envoy_Config_Core_V3_Node) {
        var metadata: [String: String] = [:]
        var labels: [String: String] = [:]
        for (key, value) in node.metadata.fields {
            switch value.kind {
            case .stringValue(let text): metadata[key] = text
            case .boolValue(let flag): metadata[key] = flag ? "true" : "false"
            case .structValue(let fields) where key == "LABELS":
                for (name, label) in fields.fields { labels[name] = label.stringValue }
            default: continue
            }
        }
        let place = node.locality
        let locality = [place.region, place.zone, place.subZone].filter { !$0.isEmpty }.joined(separator: "/")
        self.init(nodeID: node.id, labels: labels, metadata: metadata, locality: locality)
    }
}
