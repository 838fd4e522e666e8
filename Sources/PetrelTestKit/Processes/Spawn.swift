internal import Foundation
internal import Glibc

/// A process that has been started, and the reading ends of its pipes.
struct Spawn: Sendable {
    let processIdentifier: Int32
    let output: Int32
    let errors: Int32

    /// Starts a program that leads a process group of its own and inherits
    /// no descriptor but the three standard ones.
    static func start(
        _ path: String, _ arguments: [String],
        environment additions: [String: String], directory: String?,
        inputFile: String
    ) throws -> Spawn {
        let output = try pipe()
        let errors = try pipe()
        defer {
            close(output.write)
            close(errors.write)
        }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, inputFile, O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, output.write, 1)
        posix_spawn_file_actions_adddup2(&actions, errors.write, 2)
        for descriptor in openDescriptors() where descriptor > 2 {
            posix_spawn_file_actions_addclose(&actions, descriptor)
        }
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        posix_spawnattr_setpgroup(&attributes, 0)
        var defaults = sigset_t()
        var unblocked = sigset_t()
        sigfillset(&defaults)
        sigemptyset(&unblocked)
        posix_spawnattr_setsigdefault(&attributes, &defaults)
        posix_spawnattr_setsigmask(&attributes, &unblocked)
        posix_spawnattr_setflags(
            &attributes,
            Int16(
                POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF
                    | POSIX_SPAWN_SETSIGMASK))

        var environment = ProcessInfo.processInfo.environment
        for (name, value) in additions {
            environment[name] = value.isEmpty ? nil : value
        }
        var command = [path] + arguments
        if let directory {
            // posix_spawn's own change of directory is a GNU extension that
            // Swift's Glibc module hides.
            let script = "cd -- \"$0\" && exec \"$@\""
            command = ["/bin/sh", "-c", script, directory] + command
        }
        if let guardian = Executable.find("setpriv") {
            command = [guardian, "--pdeathsig", "KILL"] + command
        }
        let program = command[0]
        var identifier = pid_t()
        let failure = withCStrings(command) { arguments in
            withCStrings(environment.map { "\($0)=\($1)" }) { environment in
                posix_spawn(
                    &identifier, program, &actions, &attributes, arguments,
                    environment)
            }
        }
        guard failure == 0 else {
            close(output.read)
            close(errors.read)
            throw TestKitError(
                .unavailable, "\(path): \(String(cString: strerror(failure)))")
        }
        return Spawn(
            processIdentifier: identifier, output: output.read,
            errors: errors.read)
    }

    /// Not everything opened in a test process is marked close-on-exec, and
    /// a child that holds a listening socket keeps its port alive.
    private static func openDescriptors() -> [Int32] {
        let names = try? FileManager.default.contentsOfDirectory(
            atPath: "/proc/self/fd")
        return (names ?? []).compactMap { Int32($0) }
    }

    private static func pipe() throws -> (read: Int32, write: Int32) {
        var ends: [Int32] = [-1, -1]
        guard Glibc.pipe(&ends) == 0 else {
            throw TestKitError(.unavailable, "no pipe: errno \(errno)")
        }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        return (ends[0], ends[1])
    }

    private static func withCStrings<Result>(
        _ strings: [String],
        _ body: ([UnsafeMutablePointer<CChar>?]) -> Result
    ) -> Result {
        let copies = strings.map { strdup($0) }
        defer { for copy in copies { free(copy) } }
        return body(copies + [nil])
    }
}
