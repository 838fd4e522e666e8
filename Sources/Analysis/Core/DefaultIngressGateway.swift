internal import MeshAPI

/// The ingress gateway that every Istio installation has and whose pod and
/// Service nobody writes into their own files.
enum DefaultIngressGateway {
    static func objects(_ mesh: MeshConfig) -> [MeshObject] {
        guard mesh.ingressControllerMode != "OFF" else { return [] }
        let labels = ["app": "istio-ingressgateway", "istio": "ingressgateway"]
        var service = KubernetesService()
        service.selector = labels
        let ports: [(String, UInt32)] = [("http2", 80), ("https", 443), ("tcp", 31400), ("tls", 15443)]
        service.ports = ports.map { name, number in
            var port = KubernetesService.Port()
            port.name = name
            port.protocol = "TCP"
            port.port = number
            port.targetPort = .integer(Int64(number))
            return port
        }
        let pod = ObjectMeta(name: "\(mesh.ingressService)-dummypod", namespace: mesh.rootNamespace, labels: labels)
        let exposed = ObjectMeta(name: mesh.ingressService, namespace: mesh.rootNamespace)
        return [MeshObject(.pod(Pod()), metadata: pod), MeshObject(.service(service), metadata: exposed)]
    }
}
