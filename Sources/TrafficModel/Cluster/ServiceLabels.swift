/// The service that a cluster stands for, as Istio's metrics name it.
public struct ServiceLabels: BitwiseCopyable, Sendable {
    /// Its host name: `destination_service`.
    public var host = FlatText()
    /// Its short name: `destination_service_name`.
    public var name = FlatText()
    /// Its namespace: `destination_service_namespace`; empty when unknown.
    public var namespace = FlatText()
}
