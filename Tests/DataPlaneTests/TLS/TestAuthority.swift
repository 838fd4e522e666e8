import Glibc

@testable import DataPlane

/// Throw-away certificates, made with the `openssl` command.
final class TestAuthority: Sendable {
    let directory: String
    var certificate: String { directory + "/ca.pem" }

    struct Failure: Error { var command: String }

    init(_ name: String) throws {
        var template = Array("/tmp/petrel-tls-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw Failure(command: "mkdtemp") }
        directory = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        try run("openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout ca.key -out ca.pem -days 30 -subj '/CN=\(name)'")
    }

    deinit { system("rm -rf \(directory)") }

    /// A certificate for `name`, signed by this authority, as paths.
    func issue(_ name: String, days: (from: Int, to: Int) = (-1, 30)) throws -> (certificate: String, key: String) {
        let file = name.split(separator: "*").joined(separator: "star")
        try run("openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout \(file).key -out \(file).csr -subj '/CN=\(name)'")
        try run("echo 'subjectAltName=DNS:\(name)' > \(file).ext")
        try run("touch index.txt; test -f serial || echo 01 > serial; printf '[ca]\\ndefault_ca=d\\n[d]\\ndatabase=index.txt\\nserial=serial\\nnew_certs_dir=.\\ndefault_md=sha256\\npolicy=p\\nunique_subject=no\\n[p]\\ncommonName=supplied\\n' > ca.cnf")
        try run("openssl ca -batch -config ca.cnf -cert ca.pem -keyfile ca.key -in \(file).csr -out \(file).pem -notext -extfile \(file).ext -startdate $(date -u -d '\(days.from) days' +%Y%m%d%H%M%SZ) -enddate $(date -u -d '\(days.to) days' +%Y%m%d%H%M%SZ)")
        return ("\(directory)/\(file).pem", "\(directory)/\(file).key")
    }

    func run(_ command: String) throws {
        guard system("cd \(directory) && (\(command)) >/dev/null 2>&1") == 0 else { throw Failure(command: command) }
    }
}

/// A TLS origin: `openssl s_server`, which answers every request with a page.
final class TLSOrigin: Sendable {
    let port: UInt16
    private let process: pid_t

    init(certificate: String, key: String, options: [String] = []) throws {
        // A free port: bound, looked at, and let go again.
        let probe = try ScriptedOrigin { _, _ in }
        port = probe.port
        probe.close()
        let arguments = ["openssl", "s_server", "-accept", "127.0.0.1:\(port)", "-cert", certificate, "-key", key, "-www", "-quiet"] + options
        process = fork_exec(arguments)
        // Ready when it accepts.
        for _ in 0..<500 {
            if (try? RawSocket(port: port)) != nil { return }
            usleep(10_000)
        }
        throw RawSocket.Failure(description: "openssl s_server did not start")
    }

    deinit {
        kill(process, SIGKILL)
        waitpid(process, nil, 0)
    }
}

private func fork_exec(_ arguments: [String]) -> pid_t {
    var pid = pid_t()
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
    var pointers = arguments.map { strdup($0) } + [nil]
    posix_spawnp(&pid, "openssl", &actions, nil, &pointers, environ)
    for pointer in pointers { free(pointer) }
    posix_spawn_file_actions_destroy(&actions)
    return pid
}
