extension VirtualMesh: ValidatedMessage {
    func validate(_ metadata: ObjectMeta, _ context: ValidationContext) {
        if meshes.isEmpty {
            context.inside("meshes") { context.warn(.invalidMeshPolicy, "the VirtualMesh has no meshes and therefore no effect") }
        }
        var seen: Set<[String]> = []
        context.each("meshes", meshes) { _, mesh in
            if mesh.name.isEmpty { context.error(.invalidMeshPolicy, "the name of the mesh is missing") }
            if !seen.insert([mesh.namespace, mesh.name]).inserted {
                context.error(.invalidMeshPolicy, "the mesh \(mesh.namespace)/\(mesh.name) is listed twice")
            }
        }
        guard let keepalive = federation?.tcpKeepalive else { return }
        context.inside("federation") {
            context.inside("tcpKeepalive") {
                context.checkDuration("time", keepalive.time)
                context.checkDuration("interval", keepalive.interval)
            }
        }
    }
}

extension Mesh: ValidatedMessage {
    func validate(_ metadata: ObjectMeta, _ context: ValidationContext) {
        guard let istio else { return }
        context.inside("istio") {
            if istio.installation?.namespace.isEmpty ?? true {
                context.warn(.invalidMeshPolicy, "installation.namespace is missing: it is where ServiceEntries are written")
            }
        }
    }
}

extension AccessPolicy: ValidatedMessage {
    func validate(_ metadata: ObjectMeta, _ context: ValidationContext) {
        context.each("allowedPorts", allowedPorts) { _, port in context.checkPort(port) }
        context.each("allowedPaths", allowedPaths) { _, path in
            if path.isEmpty { context.error(.invalidMeshPolicy, "a path can't be empty; write /exact, /prefix* or *suffix") }
        }
    }
}
