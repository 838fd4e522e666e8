internal import Foundation

/// The other process of a case with sockets.
final class ServerProcess {
    private let process = Process()
    private let commands = Pipe()
    private let answers = Pipe()
    private var rest = Data()
    private(set) var port: UInt16

    init(_ arguments: String...) throws {
        process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        process.arguments = ["serve"] + arguments
        process.standardInput = commands
        process.standardOutput = answers
        try process.run()
        port = 0
        port = UInt16(try read()) ?? 0
    }

    /// Says a command; gives the value of its answer.
    func ask(_ command: String) throws -> Double {
        commands.fileHandleForWriting.write(Data((command + "\n").utf8))
        return Double(try read()) ?? .nan
    }

    func stop() {
        commands.fileHandleForWriting.write(Data("stop\n".utf8))
        process.waitUntilExit()
    }

    /// The second word of the next line.
    private func read() throws -> String {
        while true {
            if let end = rest.firstIndex(of: 10) {
                let line = String(decoding: rest[..<end], as: UTF8.self)
                rest = Data(rest[rest.index(after: end)...])
                return line.split(separator: " ").last.map(String.init) ?? ""
            }
            let more = answers.fileHandleForReading.availableData
            guard !more.isEmpty else { throw BenchFailure("the server ended") }
            rest += more
        }
    }
}

/// Why nothing could be measured.
struct BenchFailure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
