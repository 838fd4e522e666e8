internal import EnvoyAPI
internal import Glibc

/// What of an Envoy bootstrap concerns a data plane.
struct Bootstrap {
    var set: ResourceSet
    /// `address:port` of the admin endpoint, when the file has one.
    var admin: String?

    struct Failure: Error, CustomStringConvertible {
        var description: String
    }

    /// Reads the file's static resources.
    static func resources(path: String) throws -> Bootstrap {
        let text = try read(path)
        let bootstrap = try EnvoyJSON.decode(Envoy_Config_Bootstrap_V3_Bootstrap.self, from: text)
        let fixed = bootstrap.staticResources
        let set = ResourceSet(listeners: fixed.listeners, clusters: fixed.clusters, secrets: fixed.secrets)
        var admin: String?
        if bootstrap.hasAdmin {
            let address = bootstrap.admin.address.socketAddress
            let host = address.address.contains(":") ? "[\(address.address)]" : address.address
            admin = "\(host):\(address.portValue)"
        }
        return Bootstrap(set: set, admin: admin)
    }

    private static func read(_ path: String) throws(Failure) -> String {
        guard let file = fopen(path, "r") else { throw Failure(description: "\(path) can't be read") }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = fread(&buffer, 1, buffer.count, file)
            if count == 0 { break }
            bytes.append(contentsOf: buffer[0..<count])
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
