internal import EnvoyAPI
internal import SwiftProtobuf

extension ClusterCompiler {
    /// The service in Istio's metadata (`istio.services`); without it, the host
    /// in a name of Istio's form (`outbound|80|subset|host`), else the name itself.
    func service(_ message: Message) -> ServiceLabels {
        var labels = ServiceLabels()
        let services = message.metadata.filterMetadata["istio"]?.fields["services"]?.listValue.values
        if let fields = services?.first?.structValue.fields {
            labels.host = arena.text(fields["host"]?.stringValue ?? "")
            labels.name = arena.text(fields["name"]?.stringValue ?? "")
            labels.namespace = arena.text(fields["namespace"]?.stringValue ?? "")
            return labels
        }
        let parts = message.name.split(separator: "|", omittingEmptySubsequences: false)
        let name = parts.count == 4 ? String(parts[3]) : message.name
        labels.name = arena.text(name)
        if parts.count == 4 { labels.host = labels.name }
        return labels
    }
}
