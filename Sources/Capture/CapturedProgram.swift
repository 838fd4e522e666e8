internal import CPetrelCapture
internal import Glibc

/// A program about to run in a namespace from which the mesh is the only way
/// out.
///
/// Lifecycle: `init` forks the helper and sets the namespace up; the sockets
/// are handed to a proxy; `start()` lets the program run; `wait()` returns its
/// exit status. A program that was never started ends with this value.
public final class CapturedProgram: Sendable {
    /// The program's process.
    public let processID: Int32
    /// The sockets that the proxy and the DNS server listen on.
    public let sockets: CapturedSockets
    private let channel: Int32
    private let command: String

    /// Source address of the namespace's IPv4 packets.
    public static let sourceAddress = "10.255.0.1"

    /// Forks a process, moves it into fresh user, mount and network namespaces
    /// and installs the capture there. The program does not run yet.
    ///
    /// - Parameters:
    ///   - arguments: The program and its arguments; the first is searched in `PATH`.
    ///   - environment: `KEY=value` lines of the program's environment.
    ///   - rules: The redirect rules.
    ///   - resolver: Paths of files that replace `/etc/resolv.conf` and
    ///     `/etc/nsswitch.conf` for the program.
    /// - Throws: ``CaptureError`` naming what is missing and how to get it.
    public init(
        arguments: [String],
        environment: [String],
        rules: CaptureRules = CaptureRules(),
        resolver: (resolvConf: String, nsswitchConf: String)
    ) throws(CaptureError) {
        guard let program = arguments.first else {
            throw CaptureError(code: .commandNotStarted, message: "No command was given.", errno: ENOENT)
        }
        guard let path = ExecutableSearch.path(of: program) else {
            throw CaptureError.notExecutable(program)
        }
        guard let nft = ExecutableSearch.path(of: "nft", extra: ["/usr/sbin", "/sbin"]) else {
            throw .nftMissing
        }
        let strings = CStrings([nft, rules.script, Self.sourceAddress, resolver.resolvConf, resolver.nsswitchConf, path])
        let argv = CStrings(arguments)
        let envp = CStrings(environment)
        var plan = petrel_capture_plan(
            nft_path: strings[0], ruleset: strings[1],
            tcp_port: rules.tcpPort, dns_port: rules.dnsPort,
            source_address: strings[2], resolv_conf: strings[3], nsswitch_conf: strings[4],
            program: strings[5], argv: argv.pointer, envp: envp.pointer)
        var channel: Int32 = -1
        let pid = withExtendedLifetime((strings, argv, envp)) { petrel_capture_spawn(&plan, &channel) }
        guard pid > 0 else {
            throw CaptureError(
                code: .helperFailed, message: "No process could be forked (\(String(cString: strerror(errno)))).",
                errno: errno)
        }
        var descriptors = [Int32](repeating: -1, count: Int(PETREL_FD_COUNT.rawValue))
        var failure = petrel_capture_failure()
        guard petrel_capture_receive(channel, &descriptors, &failure) == 0 else {
            _ = close(channel)
            _ = Self.reap(pid)
            throw CaptureError(failure: failure, command: program)
        }
        self.processID = pid
        self.sockets = CapturedSockets(descriptors: descriptors)
        self.channel = channel
        self.command = program
    }

    deinit {
        _ = close(channel)
    }

    /// Lets the program run.
    ///
    /// - Throws: ``CaptureError`` when it can't be executed; its process is gone then.
    public func start() throws(CaptureError) {
        var failure = petrel_capture_failure()
        guard petrel_capture_release(channel, &failure) == 0 else {
            _ = Self.reap(processID)
            throw CaptureError(failure: failure, command: command)
        }
    }

    /// Sends a signal to the program.
    public func signal(_ number: Int32) {
        _ = kill(processID, number)
    }

    /// Blocks until the program ends.
    ///
    /// - Returns: Its exit code, or 128 plus the signal that ended it, as shells say it.
    public func wait() -> Int32 {
        Self.reap(processID)
    }

    private static func reap(_ pid: pid_t) -> Int32 {
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0 {
            guard errno == EINTR else { return 71 }
        }
        let signal = status & 0x7f
        return signal == 0 ? (status >> 8) & 0xff : 128 + signal
    }
}
