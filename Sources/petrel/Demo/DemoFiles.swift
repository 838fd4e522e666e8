/// The files of `Examples/`, so that the demo needs nothing but the binary. A
/// test compares them with the files themselves.
enum DemoFiles {
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

    static let mesh = """
        # The cluster and the virtual mesh that the guide takes for granted: one Istio,
        # installed in istio-system of the cluster mgmt-cluster.
        apiVersion: discovery.mesh.gloo.solo.io/v1
        kind: Mesh
        metadata:
          name: istiod-istio-system-mgmt-cluster
          namespace: gloo-mesh
        spec:
          istio:
            installation:
              namespace: istio-system
              cluster: mgmt-cluster
            smartDnsProxyingEnabled: true
            trustDomain: cluster.local
        ---
        apiVersion: networking.mesh.gloo.solo.io/v1
        kind: VirtualMesh
        metadata:
          name: bookinfo-federation
          namespace: default
        spec:
          meshes:
          - name: istiod-istio-system-mgmt-cluster
            namespace: gloo-mesh
          federation:
            selectors:
            - {}

        """

    static let serviceEntry = """
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

        """

    static let virtualService = """
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

        """

    static let destinationRule = """
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

    static let webserver = """
        # The sample application's own Service, which the post's series deployed in its
        # first part. It has no clusterIP here: outside a cluster Petrel gives it one.
        apiVersion: v1
        kind: Service
        metadata:
          name: webserver
        spec:
          selector:
            app: webserver
          ports:
          - name: http
            port: 80
            targetPort: 8080

        """
}
