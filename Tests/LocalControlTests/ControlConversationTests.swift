import Capture
import Foundation
import Glibc
@testable import LocalControl
import Testing

@Suite struct ControlConversationTests {
    /// What the mesh's side was asked to do.
    actor Recorder {
        var attached: [(WorkloadIdentity, CapturedSockets)] = []
        private var detached: [UInt64] = []
        private var waiter: CheckedContinuation<UInt64, Never>?

        func attach(_ identity: WorkloadIdentity, _ sockets: CapturedSockets) -> UInt64 {
            attached.append((identity, sockets))
            return UInt64(attached.count)
        }

        func detach(_ id: UInt64) {
            if let waiter {
                self.waiter = nil
                waiter.resume(returning: id)
            } else {
                detached.append(id)
            }
        }

        func nextDetached() async -> UInt64 {
            if !detached.isEmpty { return detached.removeFirst() }
            return await withCheckedContinuation { waiter = $0 }
        }
    }

    /// Runs blocking calls on a thread of their own: the tests' own threads are
    /// needed by the server's handlers.
    func onThread<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            Thread { continuation.resume(with: Result { try work() }) }.start()
        }
    }

    static func temporaryPath() -> ControlPath {
        ControlPath("/tmp/petrel-test-\(getpid())-\(UInt32.random(in: 0 ... .max))/control.sock")
    }

    func server(_ recorder: Recorder, at path: ControlPath, refuse: String? = nil) throws -> ControlServer {
        try ControlServer(
            path,
            handlers: .init(
                attach: { identity, sockets in
                    if let refuse { throw ControlError(refuse) }
                    return await recorder.attach(identity, sockets)
                },
                detach: { await recorder.detach($0) },
                answer: { _ in "all is well" }))
    }

    @Test func descriptorsTravelWithTheIdentityAndAreGivenBackWhenTheClientGoes() async throws {
        let recorder = Recorder()
        let path = Self.temporaryPath()
        let server = try server(recorder, at: path)
        defer { server.stop() }
        var pipe: [Int32] = [0, 0]
        #expect(Glibc.pipe(&pipe) == 0)
        do {
            let client = try #require(try ControlClient(path))
            let identity = WorkloadIdentity(namespace: "shop", serviceAccount: "cart", labels: ["app": "cart"])
            let sockets = CapturedSockets(connections: [pipe[1]], dnsDatagrams: [], dnsStreams: [])
            try await onThread { try client.attach(identity, sockets: sockets) }
            let (who, received) = try #require(await recorder.attached.first)
            #expect(who == identity)
            #expect(received.connections.count == 1)
            #expect(write(received.connections[0], "x", 1) == 1)
            var byte: UInt8 = 0
            #expect(read(pipe[0], &byte, 1) == 1)
            received.close()
            withExtendedLifetime(client) {}
        }
        #expect(await recorder.nextDetached() == 1)
    }

    @Test func aRefusalCarriesItsReason() async throws {
        let path = Self.temporaryPath()
        let server = try server(Recorder(), at: path, refuse: "no room")
        defer { server.stop() }
        let client = try #require(try ControlClient(path))
        let nothing = CapturedSockets(connections: [], dnsDatagrams: [], dnsStreams: [])
        await #expect(throws: ControlError("no room")) {
            try await onThread { try client.attach(WorkloadIdentity(), sockets: nothing) }
        }
        #expect(try await onThread { try client.status() } == "all is well")
    }

    @Test(arguments: [(Int.max, 1), (-1, 1), (1, 0), (Int.min, Int.min)])
    func countsThatLieAreRefusedAndTheMeshGoesOn(connections: Int, dnsDatagrams: Int) async throws {
        let path = Self.temporaryPath()
        let server = try server(Recorder(), at: path)
        defer { server.stop() }
        let lie = ControlRequest.attach(
            identity: WorkloadIdentity(), connections: connections, dnsDatagrams: dnsDatagrams, dnsStreams: 0)
        let client = try #require(try ControlClient(path))
        await #expect(throws: ControlError("The descriptors don't fit the request.")) {
            try await onThread { try client.send(lie) }
        }
        #expect(try await onThread { try client.status() } == "all is well")
    }

    @Test func whereNobodyListensThereIsNoClient() throws {
        #expect(try ControlClient(Self.temporaryPath()) == nil)
    }

    @Test func aSecondMeshAtTheSamePlaceIsRefused() throws {
        let path = Self.temporaryPath()
        let first = try server(Recorder(), at: path)
        defer { first.stop() }
        #expect(throws: ControlError.self) { try server(Recorder(), at: path) }
    }

    @Test func aDirectoryThatOthersMayWriteToIsRefused() throws {
        let path = Self.temporaryPath()
        #expect(mkdir(path.directory, 0o700) == 0)
        #expect(chmod(path.directory, 0o777) == 0)
        #expect(throws: ControlError.self) { try path.prepareDirectory() }
    }

    @Test(arguments: [
        ("shop/cart", WorkloadIdentity(namespace: "shop", serviceAccount: "cart")),
        ("shop", WorkloadIdentity(namespace: "shop", serviceAccount: "default")),
        ("shop/", nil), ("", nil), ("a/b/c", nil),
    ] as [(String, WorkloadIdentity?)])
    func identitiesAreReadFromTheirShortForm(text: String, expected: WorkloadIdentity?) {
        #expect(WorkloadIdentity(reference: text) == expected)
    }
}
