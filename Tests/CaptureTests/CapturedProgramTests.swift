import Capture
import Foundation
import Glibc
import Testing

/// Whether a program can be captured on this machine.
private let captureIsAvailable: Bool = {
    guard let program = try? CapturedProgramTests.make(["true"]) else { return false }
    program.sockets.close()
    return (try? program.start()) != nil && program.wait() == 0
}()

/// Continuous integration must be able to capture, or nothing below is tested there.
@Test(.enabled(if: ProcessInfo.processInfo.environment["CI"] != nil))
func thisMachineGivesACapture() {
    #expect(captureIsAvailable)
}

/// Runs real programs in real namespaces. Where the kernel gives an ordinary user
/// none, these tests say so and are skipped.
@Suite(.enabled(if: captureIsAvailable, "the kernel or nft gives no capture here"))
struct CapturedProgramTests {
    /// Resolver files in a directory that lasts as long as the test process.
    static let files: (resolvConf: String, nsswitchConf: String) = {
        let directory = NSTemporaryDirectory() + "/capture-\(getpid())"
        try? FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        let resolver = ResolverFiles(namespace: "default")
        let paths = (directory + "/resolv.conf", directory + "/nsswitch.conf")
        try? resolver.resolvConf.write(toFile: paths.0, atomically: true, encoding: .utf8)
        try? resolver.nsswitchConf(machine: "").write(toFile: paths.1, atomically: true, encoding: .utf8)
        return paths
    }()

    static func make(_ arguments: [String]) throws -> CapturedProgram {
        try CapturedProgram(
            arguments: arguments,
            environment: ProcessInfo.processInfo.environment.map { "\($0.key)=\($0.value)" },
            resolver: files)
    }

    func run(_ arguments: String...) throws -> Int32 {
        let program = try Self.make(arguments)
        defer { program.sockets.close() }
        try program.start()
        return program.wait()
    }

    func python(_ script: String) throws -> CapturedProgram {
        try Self.make(["python3", "-c", script])
    }

    @Test func theExitCodeIsTheProgramsOwn() throws {
        #expect(try run("sh", "-c", "exit 7") == 7)
        #expect(try run("sh", "-c", "kill -9 $$") == 128 + 9)
    }

    @Test func theProgramKeepsItsUser() throws {
        #expect(try run("sh", "-c", "test $(id -u) = \(geteuid())") == 0)
    }

    @Test func aProgramThatIsNotThereIsReported() throws {
        let error = #expect(throws: CaptureError.self) { try run("no-such-program-here") }
        #expect(error?.code == .commandNotStarted)
        #expect(error?.exitStatus == 127)
    }

    @Test func aFileThatIsNoProgramIsReported() throws {
        let error = #expect(throws: CaptureError.self) { try run("/etc/passwd") }
        #expect(error?.exitStatus == 126)
    }

    @Test(arguments: [("203.0.113.7", 0), ("127.0.0.2", 0), ("2001:db8::1", 1)])
    func everyConnectionArrivesAtTheCapture(address: String, listener: Int) throws {
        let program = try python(
            "import socket; s=socket.create_connection(('\(address)', 9), 10); s.sendall(b'hello'); s.recv(1)")
        defer { program.sockets.close() }
        try #require(program.sockets.connections.count > listener, "no IPv6 in this kernel")
        try program.start()
        let accepted = try #require(accept(from: program.sockets.connections[listener]))
        var buffer = [UInt8](repeating: 0, count: 16)
        #expect(read(accepted, &buffer, 16) == 5)
        close(accepted)
        #expect(program.wait() == 0)
    }

    @Test func queriesToAnyServerArriveAtTheDNSSocketAndTheAnswerComesBack() throws {
        let program = try python(
            """
            import socket
            s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.settimeout(10); s.connect(('192.0.2.1', 53))
            s.send(b'query'); assert s.recv(16) == b'answer'
            """)
        defer { program.sockets.close() }
        try program.start()
        let socket = program.sockets.dnsDatagrams[0]
        try #require(wait(for: socket))
        var buffer = [UInt8](repeating: 0, count: 16)
        var sender = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let count = withUnsafeMutablePointer(to: &sender) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { recvfrom(socket, &buffer, 16, 0, $0, &length) }
        }
        #expect(count == 5)
        let sent = withUnsafePointer(to: &sender) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { sendto(socket, "answer", 6, 0, $0, length) }
        }
        #expect(sent == 6)
        #expect(program.wait() == 0)
    }

    @Test(arguments: [
        "s=socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.sendto(b'x', ('192.0.2.1', 443))",
        "s=socket.socket(socket.AF_INET6, socket.SOCK_DGRAM); s.sendto(b'x', ('2001:db8::1', 443))",
        "s=socket.socket(socket.AF_PACKET, socket.SOCK_RAW)",
        "s=socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)",
    ])
    func thereIsNoOtherWayOut(attempt: String) throws {
        // Exit 3: refused by the system, as it must be.
        let script = """
            import socket, sys
            try:
                \(attempt)
            except OSError:
                sys.exit(3)
            """
        let program = try python(script)
        defer { program.sockets.close() }
        try program.start()
        #expect(program.wait() == 3)
    }

    @Test func theProgramCannotRemoveTheRules() throws {
        #expect(try run("sh", "-c", "PATH=$PATH:/usr/sbin:/sbin nft flush ruleset 2>/dev/null") != 0)
    }

    @Test func theSocketsOfResolverDaemonsAreOutOfReach() throws {
        #expect(try run("sh", "-c", "test -z \"$(ls /run/systemd/resolve /run/nscd 2>/dev/null | grep -v :)\"") == 0)
        #expect(try run("grep", "-q", "^nameserver 127.0.0.1$", "/etc/resolv.conf") == 0)
    }

    // MARK: - Helpers

    private func wait(for descriptor: Int32) -> Bool {
        var waited = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return poll(&waited, 1, 10_000) == 1
    }

    private func accept(from listener: Int32) -> Int32? {
        guard wait(for: listener) else { return nil }
        let descriptor = Glibc.accept(listener, nil, nil)
        guard descriptor >= 0, wait(for: descriptor) else { return nil }
        return descriptor
    }
}
