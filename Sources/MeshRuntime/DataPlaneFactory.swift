internal import DataPlane
internal import Glibc

/// Makes the data plane that a mesh's options ask for.
enum DataPlaneFactory {
    static func make(_ options: MeshOptions, source: MeshSource) throws(MeshStartError) -> DataPlane {
        var configuration = DataPlaneConfiguration()
        if let concurrency = options.concurrency { configuration.workers = concurrency }
        configuration.trustBundle = source.trustBundle
        switch options.accessLog {
        case .none: configuration.accessLog = nil
        case .standardOutput: configuration.accessLog = STDOUT_FILENO
        case .file(let path):
            let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o640)
            guard descriptor >= 0 else {
                throw .unavailable("The access log \(path) can't be written: \(String(cString: strerror(errno))).")
            }
            configuration.accessLog = descriptor
        }
        do {
            let dataPlane = try DataPlane(configuration)
            dataPlane.start()
            return dataPlane
        } catch {
            throw .unavailable("The data plane could not be started: \(error)")
        }
    }
}
