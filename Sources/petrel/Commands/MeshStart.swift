internal import ArgumentParser
internal import MeshAPI
internal import MeshCompilation
internal import MeshRuntime

/// Brings a mesh up for a command, or says on standard error why it can't be.
enum MeshStart {
    static func running(source: MeshSource, options: MeshOptions, reporter: EventReporter) async throws -> RunningMesh {
        do {
            return try await RunningMesh(source: source, options: options)
        } catch let error as MeshStartError {
            switch error {
            case .invalid(let violations):
                Terminal.complain(ViolationReport(violations).text)
                throw ExitStatus.invalidInput
            case .unavailable(let reason):
                Terminal.complain(reason)
                throw ExitStatus.unavailable
            }
        }
    }
}
