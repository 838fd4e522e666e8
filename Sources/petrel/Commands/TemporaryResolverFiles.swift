internal import Capture
internal import Foundation

/// The resolver files of one captured program, removed with this value.
final class TemporaryResolverFiles {
    let paths: (resolvConf: String, nsswitchConf: String)
    private let directory: String

    init(namespace: String) throws(CaptureError) {
        let resolver = ResolverFiles(namespace: namespace)
        let machine = (try? String(contentsOfFile: "/etc/nsswitch.conf", encoding: .utf8)) ?? ""
        directory = NSTemporaryDirectory() + "petrel-exec-\(UUID().uuidString)"
        paths = (directory + "/resolv.conf", directory + "/nsswitch.conf")
        do {
            try FileManager.default.createDirectory(
                atPath: directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
            try resolver.resolvConf.write(toFile: paths.resolvConf, atomically: false, encoding: .utf8)
            try resolver.nsswitchConf(machine: machine).write(toFile: paths.nsswitchConf, atomically: false, encoding: .utf8)
        } catch {
            throw CaptureError(code: .resolverSetup, message: "No temporary files can be written in \(directory): \(error).")
        }
    }

    deinit {
        try? FileManager.default.removeItem(atPath: directory)
    }
}
