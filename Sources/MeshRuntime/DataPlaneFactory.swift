internal import DataPlane
internal import Glibc

/// Makes the data plane that a mesh's options ask for.
enum DataPlaneFactory {
    static func make(_ options: MeshOptions) throws(MeshStartError) -> DataPlane {
        var configuration = DataPlaneConfiguration()
        if let concurrency = options.concurrency { configuration.concurrency = concurrency }
        configuration.resolvers = options.dnsServers.map(\.description)
        switch options.accessLog {
        case .none: break
        case .standardOutput: configuration.accessLog = .text
        case .file(let path):
            let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o640)
            guard descriptor >= 0 else {
                throw .unavailable("The access log \(path) can't be written: \(String(cString: strerror(errno))).")
            }
            configuration.accessLog = .text
            configuration.accessLogDescriptor = descriptor
        }
        let dataPlane = DataPlane(configuration)
        dataPlane.start()
        return dataPlane
    }
}
