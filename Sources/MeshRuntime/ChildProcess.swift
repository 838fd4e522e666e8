internal import Foundation
internal import Glibc
internal import Synchronization

/// A program run as a child: its output line by line, its end, its signals.
///
/// `Foundation.Process` would hand on the signal mask of the thread it was started
/// from, and Dispatch's threads block every signal: the child could not be ended.
final class ChildProcess: Sendable {
    /// The child's process id.
    let processID: pid_t
    private let status = Mutex<Int32?>(nil)
    private let ended: AsyncStream<Void>

    /// Starts a program.
    ///
    /// - Parameters:
    ///   - path: The executable.
    ///   - arguments: Its arguments, without its own name.
    ///   - said: Called with each piece of its standard output and error.
    init(path: String, arguments: [String], said: @escaping @Sendable (String) -> Void) throws(MeshStartError) {
        var pipeEnds: [Int32] = [-1, -1]
        guard pipe(&pipeEnds) == 0 else { throw .unavailable("No pipe: \(String(cString: strerror(errno))).") }
        for end in pipeEnds { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        posix_spawn_file_actions_adddup2(&actions, pipeEnds[1], STDOUT_FILENO)
        posix_spawn_file_actions_adddup2(&actions, pipeEnds[1], STDERR_FILENO)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        var none = sigset_t(), all = sigset_t()
        sigemptyset(&none)
        sigfillset(&all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
        defer {
            posix_spawn_file_actions_destroy(&actions)
            posix_spawnattr_destroy(&attributes)
            close(pipeEnds[1])
        }
        var argv: [UnsafeMutablePointer<CChar>?] = ([path] + arguments).map { strdup($0) } + [nil]
        defer { for argument in argv { free(argument) } }
        var pid: pid_t = 0
        let failure = posix_spawn(&pid, path, &actions, &attributes, &argv, environ)
        guard failure == 0 else {
            close(pipeEnds[0])
            throw .unavailable("\(path) can't be started: \(String(cString: strerror(failure))).")
        }
        processID = pid
        let (ended, continuation) = AsyncStream<Void>.makeStream()
        self.ended = ended
        let output = pipeEnds[0]
        let child = pid
        let thread = Thread { [self] in
            Self.read(output, said: said)
            var raw: Int32 = 0
            while waitpid(child, &raw, 0) < 0, errno == EINTR {}
            let signal = raw & 0x7f
            status.withLock { $0 = signal == 0 ? (raw >> 8) & 0xff : 128 + signal }
            continuation.finish()
        }
        thread.name = "child"
        thread.start()
    }

    /// Exit code, or 128 plus the signal; nil while it runs.
    var exitStatus: Int32? { status.withLock { $0 } }

    /// Asks it to end, and insists when it has not within `patience`.
    func stop(patience: Duration = .seconds(5)) async {
        guard exitStatus == nil else { return }
        kill(processID, SIGTERM)
        let insist = Task { [self] in
            try await Task.sleep(for: patience)
            if exitStatus == nil { kill(processID, SIGKILL) }
        }
        for await _ in ended {}
        insist.cancel()
    }

    private static func read(_ descriptor: Int32, said: (String) -> Void) {
        var buffer = [UInt8](repeating: 0, count: 16 * 1024)
        while true {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
            said(String(decoding: buffer[..<count], as: UTF8.self))
        }
        close(descriptor)
    }
}
