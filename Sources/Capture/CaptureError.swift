internal import CPetrelCapture
internal import Glibc

/// Why a program could not be run inside the mesh, with what to do about it.
public struct CaptureError: Error, Sendable, Equatable {
    /// What went wrong, by the step at which it did.
    public enum Code: String, Sendable {
        /// The kernel or a security policy refuses unprivileged user namespaces.
        case namespacesUnavailable = "namespaces-unavailable"
        /// The `nft` program is not installed.
        case nftMissing = "nft-missing"
        /// `nft` is installed but the rule set was refused.
        case firewallRefused = "firewall-refused"
        /// The loopback interface, a route or a socket could not be set up.
        case networkSetup = "network-setup"
        /// The resolver files could not be replaced inside the namespace.
        case resolverSetup = "resolver-setup"
        /// The program was not found or could not be executed.
        case commandNotStarted = "command-not-started"
        /// The helper process ended before it said anything.
        case helperFailed = "helper-failed"
    }

    public var code: Code
    /// One sentence that says what happened.
    public var message: String
    /// What the person can do; empty when there is nothing to advise.
    public var advice: String
    /// The `errno` of the failed call, 0 when there is none.
    public var errno: Int32

    public init(code: Code, message: String, advice: String = "", errno: Int32 = 0) {
        self.code = code
        self.message = message
        self.advice = advice
        self.errno = errno
    }

    /// The exit status a shell would give: 127 for a program that is not
    /// there, 126 for one that can't be run, 71 (`EX_OSERR`) otherwise.
    public var exitStatus: Int32 {
        guard code == .commandNotStarted else { return 71 }
        return errno == ENOENT ? 127 : 126
    }
}

extension CaptureError: CustomStringConvertible {
    public var description: String {
        advice.isEmpty ? message : "\(message)\n\(advice)"
    }
}

extension CaptureError {
    /// Turns what the C half reports into words.
    init(failure: petrel_capture_failure, command: String) {
        let reason = String(cString: strerror(failure.error))
        switch petrel_capture_step(UInt32(max(0, failure.step))) {
        case PETREL_STEP_UNSHARE, PETREL_STEP_ID_MAP, PETREL_STEP_SECOND_USER:
            self.init(
                code: .namespacesUnavailable,
                message: "This kernel does not let an ordinary user make a user and network namespace (\(reason)).",
                advice: """
                    Allow it with one of these, as root:
                      sysctl -w user.max_user_namespaces=15000
                      sysctl -w kernel.unprivileged_userns_clone=1            (older Debian)
                      sysctl -w kernel.apparmor_restrict_unprivileged_userns=0  (Ubuntu 23.10 and later)
                    Inside a container, start it with a seccomp profile that allows unshare, or run as a sidecar instead.
                    """,
                errno: failure.error)
        case PETREL_STEP_FIREWALL where failure.error == ENOENT:
            self = .nftMissing
        case PETREL_STEP_FIREWALL:
            self.init(
                code: .firewallRefused,
                message: "nft refused the redirect rules inside the namespace (\(reason)).",
                advice: "The kernel needs nf_tables with NAT: modprobe nft_chain_nat nft_redir nft_reject_inet.",
                errno: failure.error)
        case PETREL_STEP_MOUNT:
            self.init(
                code: .resolverSetup,
                message: "The resolver files could not be replaced inside the namespace (\(reason)).",
                errno: failure.error)
        case PETREL_STEP_EXEC:
            self.init(
                code: .commandNotStarted,
                message: "\(command): \(reason).",
                advice: failure.error == ENOENT ? "Check the name and the PATH." : "",
                errno: failure.error)
        case PETREL_STEP_INTERFACE, PETREL_STEP_ROUTE, PETREL_STEP_SOCKET:
            self.init(
                code: .networkSetup,
                message: "The namespace's network could not be set up at step \(failure.step) (\(reason)).",
                errno: failure.error)
        default:
            self.init(
                code: .helperFailed,
                message: "The process that was to enter the namespace ended without a word (\(reason)).",
                errno: failure.error)
        }
    }

    /// A program that is not there, or a file that can't be executed.
    static func notExecutable(_ program: String) -> CaptureError {
        if program.contains("/"), access(program, F_OK) == 0 {
            return CaptureError(
                code: .commandNotStarted, message: "\(program): permission denied.",
                advice: "The file is not executable.", errno: EACCES)
        }
        return CaptureError(
            code: .commandNotStarted, message: "\(program): command not found.",
            advice: "Check the name and the PATH.", errno: ENOENT)
    }

    /// `nft` is nowhere to be found.
    static let nftMissing = CaptureError(
        code: .nftMissing,
        message: "The program nft, which redirects a namespace's connections, is not installed.",
        advice: "Install it: apt-get install nftables (Debian, Ubuntu), dnf install nftables (Fedora).",
        errno: ENOENT)
}
