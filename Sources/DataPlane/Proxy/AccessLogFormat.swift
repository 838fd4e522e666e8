/// How access log lines look.
public enum AccessLogFormat: String, Sendable, Hashable {
    /// Istio's default text format, with Petrel's reason code as the
    /// response code details.
    case text
    /// One JSON object a line, with Istio's field names.
    case json
}
