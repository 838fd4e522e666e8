internal import LocalControl
internal import TrafficModel

extension NameTable.Environment {
    /// Where a captured program's names are looked up: in its own namespace first.
    init(workload: WorkloadIdentity, clusterDomain: String = "cluster.local") {
        let domain = "svc.\(clusterDomain)"
        self.init(
            namespace: workload.namespace, domain: domain,
            searchDomains: ["\(workload.namespace).\(domain)", domain, clusterDomain])
    }
}
