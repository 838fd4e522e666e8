import MeshAPI
import Testing

@Suite struct `The objects of the two scenarios` {
    @Test func `the external service decodes as written and encodes as written`() throws {
        let (objects, violations) = ObjectReader.read(yaml: Seeds.destination, file: "destination.yaml")
        #expect(violations == [])
        let object = try #require(objects.first)
        #expect(object.reference.description == "Destination default/my-ext-service-tt")
        guard case .destination(let destination) = object.spec, let service = destination.externalService else {
            Issue.record("not an external service: \(object.spec)")
            return
        }
        #expect(service.hosts == ["foo.bar.global"])
        #expect(service.endpoints.first?.ports == ["http": 80])
        #expect(service.ports.first?.protocol == "HTTP")
        var written = object
        written.metadata.namespace = ""
        #expect(written.value.yaml() == Seeds.destination)
    }

    @Test func `the service entry is printed as kubectl prints it`() throws {
        var entry = ServiceEntry()
        entry.hosts = ["foo.bar.global"]
        entry.addresses = ["248.6.56.91"]
        entry.endpoints = [WorkloadEntry { $0.address = "solo.io"; $0.ports = ["http": 80] }]
        entry.ports = [ServiceEntry.ServicePort { $0.name = "http"; $0.number = 80; $0.protocol = "HTTP" }]
        entry.resolution = .dns
        let metadata = ObjectMeta(
            name: "my-external-service", namespace: "istio-system",
            labels: ["cluster.multicluster.solo.io": "", "owner.networking.mesh.gloo.solo.io": "gloo-mesh", "relay-agent": "mgmt-cluster"],
            annotations: [
                "parents.networking.mesh.gloo.solo.io":
                    #"{"networking.mesh.gloo.solo.io/v1, Kind=VirtualMesh":[{"name":"bookinfo-federation","namespace":"default"}]}"#
            ])
        let object = MeshObject(
            apiVersion: "networking.istio.io/v1beta1", kind: "ServiceEntry", metadata: metadata, spec: .serviceEntry(entry))
        #expect(object.value.yaml() == Seeds.generatedServiceEntry)
        let (objects, violations) = ObjectReader.read(yaml: Seeds.generatedServiceEntry, file: "entry.yaml")
        #expect(violations == [])
        #expect(objects == [object])
    }

    @Test func `the three objects of the article decode and encode to the same meaning`() throws {
        let (objects, violations) = ObjectReader.read(yaml: Seeds.article, file: "article.yaml")
        #expect(violations == [])
        #expect(objects.map(\.reference.description) == ["ServiceEntry default/github", "VirtualService default/webserver", "DestinationRule default/github"])
        let (again, more) = ObjectReader.read(yaml: objects.map { $0.value.yaml() }.joined(separator: "---\n"), file: "again.yaml")
        #expect(more == [])
        #expect(again == objects)
        try #require(objects.count == 3)
        guard case .virtualService(let service) = objects[1].spec, case .destinationRule(let rule) = objects[2].spec else {
            Issue.record("wrong kinds")
            return
        }
        #expect(service.http.first?.match.first?.uri == .regex(".*"))
        #expect(service.http.first?.rewrite?.authority == "raw.githubusercontent.com")
        #expect(service.http.first?.route.first?.destination?.port?.number == 443)
        #expect(rule.trafficPolicy?.tls?.mode == .simple)
    }

    @Test(arguments: [
        ("spec.http[0].route[0].destination.host", 32), ("spec.http[0].match[0].uri", 25), ("spec.http[0].timeout", 24),
        ("spec.hosts[0]", 22), ("metadata.name", 19), ("", 16),
    ])
    func `every field has its line`(path: String, line: Int) throws {
        let object = ObjectReader.read(yaml: Seeds.article, file: "article.yaml").objects.first { $0.kind == "VirtualService" }
        #expect(object?.location(of: path) == SourceLocation(file: "article.yaml", line: line))
    }
}

enum Seeds {
    static let destination = """
        apiVersion: discovery.mesh.gloo.solo.io/v1
        kind: Destination
        metadata:
          name: my-ext-service-tt
        spec:
          externalService:
            endpoints:
            - address: solo.io
              ports:
                http: 80
            hosts:
            - foo.bar.global
            name: my-external-service
            ports:
            - name: http
              number: 80
              protocol: HTTP

        """

    static let generatedServiceEntry = """
        apiVersion: networking.istio.io/v1beta1
        kind: ServiceEntry
        metadata:
          annotations:
            parents.networking.mesh.gloo.solo.io: '{"networking.mesh.gloo.solo.io/v1, Kind=VirtualMesh":[{"name":"bookinfo-federation","namespace":"default"}]}'
          labels:
            cluster.multicluster.solo.io: ""
            owner.networking.mesh.gloo.solo.io: gloo-mesh
            relay-agent: mgmt-cluster
          name: my-external-service
          namespace: istio-system
        spec:
          addresses:
          - 248.6.56.91
          endpoints:
          - address: solo.io
            ports:
              http: 80
          hosts:
          - foo.bar.global
          ports:
          - name: http
            number: 80
            protocol: HTTP
          resolution: DNS

        """

    static let article = """
        apiVersion: networking.istio.io/v1alpha3
        kind: ServiceEntry
        metadata:
          name: github
        spec:
          hosts:
          - "raw.githubusercontent.com"
          location: MESH_EXTERNAL
          ports:
          - number: 443
            name: https
            protocol: TLS
          resolution: DNS
        ---
        # the blog's route
        apiVersion: networking.istio.io/v1alpha3
        kind: VirtualService
        metadata:
          name: webserver
        spec:
          hosts:
          - webserver
          http:
          - match:
            - uri:
                regex: ".*"
            rewrite:
              uri: "/mcasperson/NodejsProxy/master/externalservice1.txt"
              authority: raw.githubusercontent.com
            route:
            - destination:
                host: raw.githubusercontent.com
                port:
                  number: 443
        ---
        apiVersion: networking.istio.io/v1alpha3
        kind: DestinationRule
        metadata:
          name: github
        spec:
          host: "raw.githubusercontent.com"
          trafficPolicy:
            tls:
              mode: SIMPLE

        """
}
