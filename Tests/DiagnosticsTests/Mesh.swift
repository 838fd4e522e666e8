import ConfigGeneration
import Diagnostics
import MeshAPI
import MeshCompilation
import ServiceRegistry

/// The two scenarios that everything hangs on, small enough to read.
enum Mesh {
    static let yaml = """
        apiVersion: networking.istio.io/v1
        kind: ServiceEntry
        metadata: {name: external, namespace: default}
        spec:
          hosts: [raw.githubusercontent.com]
          location: MESH_EXTERNAL
          ports: [{number: 443, name: https, protocol: TLS}]
          resolution: DNS
        ---
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata: {name: rewrite, namespace: default}
        spec:
          hosts: [webserver]
          http:
          - match: [{uri: {regex: ".*"}}]
            rewrite: {uri: /page.txt, authority: raw.githubusercontent.com}
            route: [{destination: {host: raw.githubusercontent.com, port: {number: 443}}}]
        ---
        apiVersion: networking.istio.io/v1
        kind: DestinationRule
        metadata: {name: tls, namespace: default}
        spec:
          host: raw.githubusercontent.com
          trafficPolicy: {tls: {mode: SIMPLE}}
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: webserver, namespace: default}
        spec: {clusterIP: 10.96.0.30, ports: [{name: http, port: 80}], selector: {app: w}}
        ---
        apiVersion: networking.istio.io/v1
        kind: ServiceEntry
        metadata: {name: foo, namespace: default}
        spec:
          hosts: [foo.bar.global]
          addresses: [248.6.56.91]
          ports: [{number: 80, name: http, protocol: HTTP}]
          resolution: DNS
          endpoints: [{address: solo.io, ports: {http: 80}}]
        """

    static func proxy(registryOnly: Bool = false) throws -> CompiledProxy {
        let (objects, violations) = ObjectReader.read(yaml: yaml, file: "mesh.yaml")
        precondition(violations.allSatisfy { $0.severity == .warning })
        var source = try MeshSource(files: [])
        source.meshConfig = MeshConfig()
        if registryOnly { source.meshConfig.outboundTrafficPolicy.mode = .registryOnly }
        let mesh = CompiledMesh(objects: objects, source: source)
        let identity = ProxyIdentity(
            ips: ["10.0.0.1"], metadata: ["DNS_CAPTURE": "true"])
        return CompiledProxy(
            configuration: mesh.configuration(for: identity), identity: identity, objects: objects)
    }
}
