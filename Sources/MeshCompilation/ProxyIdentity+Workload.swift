public import LocalControl
public import ServiceRegistry

extension ProxyIdentity {
    /// The sidecar of a captured program. DNS is captured with everything else,
    /// so declared hosts get addresses of their own.
    public init(workload: WorkloadIdentity, addresses: [String] = ["10.255.0.1"], clusterDomain: String = "cluster.local") {
        self.init(
            type: .sidecar,
            namespace: workload.namespace,
            serviceAccount: workload.serviceAccount,
            labels: workload.labels,
            ips: addresses,
            dnsDomain: "\(workload.namespace).svc.\(clusterDomain)",
            metadata: ["DNS_CAPTURE": "true", "NAMESPACE": workload.namespace])
    }

    /// The proxy of a gateway that this machine runs.
    public init(gateway: LocalGateway, clusterDomain: String = "cluster.local") {
        self.init(
            type: .router,
            namespace: gateway.namespace,
            name: gateway.name,
            serviceAccount: gateway.serviceAccount,
            labels: gateway.labels,
            ips: [LocalGateway.address],
            dnsDomain: "\(gateway.namespace).svc.\(clusterDomain)",
            metadata: ["NAMESPACE": gateway.namespace])
    }
}
