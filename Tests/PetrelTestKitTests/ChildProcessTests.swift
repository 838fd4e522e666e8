import Foundation
import PetrelTestKit
import Testing

@Suite("ChildProcess")
struct ChildProcessTests {
    @Test("captures both outputs and the exit code")
    func captures() async throws {
        let result = try await ChildProcess.run(
            "sh", ["-c", "echo out; echo err >&2; exit 7"])
        #expect(result.status == .exited(7))
        #expect(result.standardOutput == "out\n")
        #expect(result.standardError == "err\n")
    }

    @Test("passes input, environment and directory")
    func surroundings() async throws {
        let directory = try TemporaryDirectory()
        let result = try await ChildProcess.run(
            "sh", ["-c", "cat; echo $PETREL_WORD; pwd -P; echo ${HOME-none}"],
            environment: ["PETREL_WORD": "albatross", "HOME": ""],
            directory: directory.path, input: "given\n")
        let lines = result.standardOutput.split(separator: "\n")
        #expect(lines.map(String.init) == [
            "given", "albatross", directory.path, "none",
        ])
    }

    @Test("output can be awaited while it runs, and signals reach it")
    func signals() async throws {
        let process = try ChildProcess.start(
            "sh", ["-c", "trap 'echo bye; exit 3' TERM; echo up; "
                + "while :; do sleep 0.01; done"])
        try await process.waitForOutput(containing: "up")
        process.terminate()
        let result = try await process.waitForExit()
        #expect(result.status == .exited(3))
        #expect(result.standardOutput == "up\nbye\n")
    }

    @Test("everything it started dies with it")
    func killsGroup() async throws {
        let process = try ChildProcess.start(
            "sh", ["-c", "sleep 600 & echo $!; wait"])
        try await process.waitForOutput(containing: "\n")
        process.kill()
        // The pipe ends only when the grandchild, which holds it too, is gone.
        let result = try await process.waitForExit()
        #expect(result.status == .signalled(9))
        #expect(result.status.code == 137)
    }

    @Test("a program that ends early says so to who waits for its output")
    func endsEarly() async throws {
        let process = try ChildProcess.start("sh", ["-c", "echo no >&2"])
        await #expect {
            try await process.waitForOutput(containing: "ready")
        } throws: { error in
            String(describing: error).contains("no")
        }
    }

    @Test("a program that does not exist is named")
    func missing() {
        #expect {
            try ChildProcess.start("petrel-no-such-program")
        } throws: { error in
            String(describing: error).contains("petrel-no-such-program")
        }
    }
}
