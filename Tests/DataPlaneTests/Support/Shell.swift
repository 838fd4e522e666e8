import Glibc

/// Commands that tests drive the proxy with.
enum Shell {
    /// Runs a command; what it printed on both streams, and its status.
    static func run(_ command: String) -> (output: String, status: Int32) {
        guard let pipe = popen("timeout 20 sh -c '\(command)' 2>&1", "r") else { return ("", -1) }
        var output: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = fread(&buffer, 1, buffer.count, pipe)
            if count == 0 { break }
            output += buffer[0..<count]
        }
        return (String(decoding: output, as: UTF8.self), pclose(pipe) >> 8)
    }
}
