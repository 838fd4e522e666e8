internal import Foundation

/// Finds programs.
public enum Executable {
    /// The path of a program.
    ///
    /// - Parameters:
    ///   - name: Its name, or a path.
    ///   - variable: An environment variable that may hold its path, which
    ///     then goes before `PATH`.
    /// - Returns: nil when there is no such program.
    public static func find(
        _ name: String, variable: String? = nil
    ) -> String? {
        let environment = ProcessInfo.processInfo.environment
        if let variable, let path = environment[variable], !path.isEmpty {
            return FileManager.default.isExecutableFile(atPath: path)
                ? path : nil
        }
        if name.contains("/") {
            return FileManager.default.isExecutableFile(atPath: name)
                ? name : nil
        }
        return (environment["PATH"] ?? "/usr/local/bin:/usr/bin:/bin")
            .split(separator: ":").map { "\($0)/\(name)" }
            .first { FileManager.default.isExecutableFile(atPath: $0) }
    }
}
