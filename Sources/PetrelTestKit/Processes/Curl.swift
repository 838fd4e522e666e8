internal import Foundation

/// Runs the real `curl`.
public enum Curl {
    /// What curl came back with.
    public struct Result: Sendable {
        /// curl's exit code; 0 is success.
        public let exitCode: Int32
        /// The last answer's status; 0 when there was none.
        public let status: Int
        /// The last answer's header fields.
        public let headers: [HeaderField]
        /// The body.
        public let body: String
        /// What curl said on standard error.
        public let message: String
    }

    /// Whether there is a `curl` in `PATH`.
    public static var isAvailable: Bool { Executable.find("curl") != nil }

    /// Requests a URL.
    ///
    /// - Parameters:
    ///   - url: The URL.
    ///   - arguments: Further arguments, such as `["--resolve", "..."]`.
    ///   - wrapper: A command that curl is run by, such as
    ///     `["petrel", "exec", "--"]`.
    ///   - timeout: After this time curl gives up.
    public static func request(
        _ url: String, _ arguments: [String] = [], wrapper: [String] = [],
        timeout: Duration = .seconds(90)
    ) async throws -> Result {
        let directory = try TemporaryDirectory(prefix: "petrel-curl")
        try directory.write("", to: "headers")
        let command = wrapper + ["curl", "-sS", "--noproxy", "*"]
            + ["--max-time", "\(timeout.components.seconds)"]
            + ["-D", directory.file("headers")] + arguments + [url]
        let result = try await ChildProcess.run(
            command[0], Array(command.dropFirst()),
            timeout: timeout + .seconds(10))
        let head = lastHead(try directory.read("headers"))
        return Result(
            exitCode: result.status.code, status: head?.status ?? 0,
            headers: head?.headers ?? [], body: result.standardOutput,
            message: result.standardError)
    }

    private static func lastHead(_ text: String) -> HTTPAnswer? {
        let heads = text.components(separatedBy: "\r\n\r\n").filter {
            $0.hasPrefix("HTTP/")
        }
        return heads.last.flatMap {
            HTTPAnswer.parse(
                Array("\($0)\r\n\r\n".utf8)[...], method: "HEAD",
                isFinished: true)?.answer
        }
    }
}
