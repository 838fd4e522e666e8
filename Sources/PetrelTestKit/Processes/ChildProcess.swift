internal import Foundation
internal import Glibc
internal import Synchronization

/// A program run by a test: its output is captured as it comes, and it is
/// killed, with everything it started, when the last reference goes; should
/// the test process crash, the kernel kills it (where there is `setpriv`).
public final class ChildProcess: Sendable {
    struct State: Sendable {
        var output: [UInt8] = []
        var errors: [UInt8] = []
        var status: ExitStatus?

        var outputText: String { String(decoding: output, as: UTF8.self) }
        var errorText: String { String(decoding: errors, as: UTF8.self) }
    }

    /// The process identifier, which is also that of its process group.
    public let processIdentifier: Int32

    /// The command line, for messages.
    public let command: String

    private let state: ObservedState<State>

    private init(
        processIdentifier: Int32, command: String, state: ObservedState<State>
    ) {
        self.processIdentifier = processIdentifier
        self.command = command
        self.state = state
    }

    deinit { kill() }

    /// Starts a program in a process group of its own.
    ///
    /// - Parameters:
    ///   - executable: Its path, or its name in `PATH`.
    ///   - arguments: Its arguments, without its name.
    ///   - environment: Variables to add to the inherited ones; an empty
    ///     value removes the variable.
    ///   - directory: Its working directory; nil inherits.
    ///   - input: What it reads from standard input, which then ends.
    public static func start(
        _ executable: String, _ arguments: [String] = [],
        environment: [String: String] = [:], directory: String? = nil,
        input: String = ""
    ) throws -> ChildProcess {
        guard let path = Executable.find(executable) else {
            throw TestKitError(.unavailable, "no program \(executable)")
        }
        let inputFile = try TemporaryDirectory(prefix: "petrel-input")
        try inputFile.write(input, to: "input")
        let state = ObservedState(State())
        let outcome = Mutex<Result<Int32, any Error>?>(nil)
        let started = DispatchSemaphore(value: 0)
        // The thread that starts the child must live as long as the child:
        // with it, the kernel's parent-death signal would go off.
        Thread.detachNewThread {
            let spawned = Result {
                try Spawn.start(
                    path, arguments, environment: environment,
                    directory: directory, inputFile: inputFile.file("input"))
            }
            outcome.withLock { $0 = spawned.map(\.processIdentifier) }
            started.signal()
            if case .success(let spawn) = spawned {
                Self.collect(spawn, into: state)
            }
        }
        started.wait()
        let identifier = try outcome.withLock { $0 }?.get()
        guard let identifier else {
            throw TestKitError(.unavailable, "\(executable) did not start")
        }
        return ChildProcess(
            processIdentifier: identifier,
            command: ([executable] + arguments).joined(separator: " "),
            state: state)
    }

    /// Runs a program to its end.
    ///
    /// - Parameter timeout: After this time it is killed and the call throws.
    public static func run(
        _ executable: String, _ arguments: [String] = [],
        environment: [String: String] = [:], directory: String? = nil,
        input: String = "", timeout: Duration? = .seconds(60)
    ) async throws -> ProcessResult {
        let process = try start(
            executable, arguments, environment: environment,
            directory: directory, input: input)
        return try await process.waitForExit(timeout: timeout)
    }

    /// What it has written to standard output so far.
    public var standardOutput: String { state.value.outputText }

    /// What it has written to standard error so far.
    public var standardError: String { state.value.errorText }

    /// How it ended; nil while it runs.
    public var status: ExitStatus? { state.value.status }

    /// Waits for its end and the end of its output.
    @discardableResult
    public func waitForExit(
        timeout: Duration? = .seconds(60)
    ) async throws -> ProcessResult {
        let final = try await state.wait(
            for: "end of \(command)", timeout: timeout
        ) { $0.status != nil }
        return ProcessResult(
            status: final.status ?? .exited(-1),
            standardOutput: final.outputText, standardError: final.errorText)
    }

    /// Waits until standard output or standard error contains the text.
    /// Fails when the process ends without having written it.
    public func waitForOutput(
        containing text: String, timeout: Duration? = .seconds(60)
    ) async throws {
        let state = try await state.wait(
            for: "\"\(text)\" from \(command)", timeout: timeout
        ) {
            $0.status != nil || $0.outputText.contains(text)
                || $0.errorText.contains(text)
        }
        guard state.outputText.contains(text) || state.errorText.contains(text)
        else {
            throw TestKitError(
                .unavailable,
                "\(command) ended without writing \"\(text)\":\n"
                    + state.outputText + state.errorText)
        }
    }

    /// Sends a signal to the process alone.
    public func send(signal: Int32) {
        guard status == nil else { return }
        _ = Glibc.kill(processIdentifier, signal)
    }

    /// Asks it to end (SIGTERM).
    public func terminate() { send(signal: SIGTERM) }

    /// Kills it and everything in its process group.
    public func kill() {
        guard status == nil else { return }
        _ = Glibc.kill(-processIdentifier, SIGKILL)
    }

    /// Reads both pipes to their ends and collects the exit status; runs on
    /// a thread of its own.
    private static func collect(
        _ spawned: Spawn, into state: ObservedState<State>
    ) {
        var open = [spawned.output, spawned.errors]
        var buffer = [UInt8](repeating: 0, count: 65536)
        while !open.isEmpty {
            var polled = open.map {
                pollfd(fd: $0, events: Int16(POLLIN), revents: 0)
            }
            guard poll(&polled, nfds_t(polled.count), -1) > 0 else { continue }
            for entry in polled where entry.revents != 0 {
                let count = read(entry.fd, &buffer, buffer.count)
                if count > 0 {
                    let bytes = Array(buffer[..<count])
                    let isOutput = entry.fd == spawned.output
                    state.update { state in
                        if isOutput {
                            state.output += bytes
                        } else {
                            state.errors += bytes
                        }
                    }
                } else if count == 0 || errno != EINTR {
                    Glibc.close(entry.fd)
                    open.removeAll { $0 == entry.fd }
                }
            }
        }
        var status: Int32 = 0
        while waitpid(spawned.processIdentifier, &status, 0) < 0, errno == EINTR {}
        let ended = ExitStatus(waitStatus: status)
        state.update { $0.status = ended }
    }
}
