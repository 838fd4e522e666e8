import DataPlane

/// A workload of Petrel's proxy, as opposed to Gloo Mesh's record of one.
typealias ProxyWorkload = Workload
