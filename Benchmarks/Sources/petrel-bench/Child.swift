internal import Foundation
internal import Glibc

/// A program started by the benchmark, pinned to a CPU where that is possible
/// and killed by the kernel should the benchmark die.
final class Child {
    private let process = Process()

    /// Starts a program.
    ///
    /// - Parameters:
    ///   - command: Its path and arguments.
    ///   - cpu: The CPU it may use; nil is any.
    ///   - output: Where its standard output goes.
    ///   - errors: The file for its standard error; nil inherits.
    init(
        _ command: [String], cpu: Int?, output: Any?, errors: String? = nil
    ) throws {
        let pinned = cpu.map { ["taskset", "-c", "\($0)"] } ?? []
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments =
            pinned + ["setpriv", "--pdeathsig", "KILL"] + command
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output ?? FileHandle.nullDevice
        if let errors {
            process.standardError = try Self.file(errors)
        }
        try process.run()
    }

    /// A new file to write to.
    static func file(_ path: String) throws -> FileHandle {
        try Data().write(to: URL(fileURLWithPath: path))
        return try FileHandle(
            forWritingTo: URL(fileURLWithPath: path))
    }

    var identifier: Int32 { process.processIdentifier }

    var isRunning: Bool { process.isRunning }

    /// The process and everything below it.
    var family: [Int32] {
        var found = [identifier]
        var next = 0
        while next < found.count {
            let parent = found[next]
            let path = "/proc/\(parent)/task/\(parent)/children"
            let text = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
            found += text.split(separator: " ").compactMap { Int32($0) }
            next += 1
        }
        return found
    }

    /// Asks it to end and kills it if it does not within two seconds.
    func stop() {
        let family = family
        if process.isRunning { process.terminate() }
        for _ in 0..<200 where process.isRunning { usleep(10000) }
        for member in family.reversed() where process.isRunning {
            _ = kill(member, SIGKILL)
        }
        process.waitUntilExit()
    }

    /// Waits for its end and returns its exit code.
    func wait() -> Int32 {
        process.waitUntilExit()
        return process.terminationStatus
    }

    /// Runs a program to its end and returns what it wrote to both outputs.
    static func output(_ command: [String]) throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = command
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = pipe
        try process.run()
        let data = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        let text = String(decoding: data, as: UTF8.self)
        guard process.terminationStatus == 0 else {
            throw BenchError("\(command.joined(separator: " ")): \(text)")
        }
        return text
    }
}
