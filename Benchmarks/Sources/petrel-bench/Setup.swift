internal import Foundation

/// What a proxy is configured with: where it listens, where the origin is.
struct Setup: Sendable {
    /// The name in the origin's certificate.
    static let originName = "origin.bench"

    let bench: BenchCase
    /// The port the proxy listens on, at 127.0.0.1.
    let port: Int
    /// The origin's port for this case, at 127.0.0.1.
    let originPort: Int
    /// The certificate authority that the origin's certificate is from.
    let authorityFile: String
    /// Where the proxy's files go.
    let directory: String

    /// Writes a file of the proxy and returns its path.
    func write(_ text: String, to name: String) throws -> String {
        let path = "\(directory)/\(name)"
        try text.write(toFile: path, atomically: false, encoding: .utf8)
        return path
    }
}

/// A failure of the benchmark itself, with the sentence that explains it.
struct BenchError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
