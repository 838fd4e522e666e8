internal import Capture
internal import Foundation
internal import LocalControl

/// Waits for a captured program as a shell would, passing signals on.
enum ProgramSupervisor {
    /// - Parameter client: The conversation that keeps the program in the mesh.
    /// - Returns: The exit status to leave with.
    static func run(_ program: CapturedProgram, keeping client: ControlClient?) throws(CaptureError) -> Int32 {
        // A terminal sends these to the program itself; this process waits.
        let ignored = [SIGINT, SIGQUIT].map { ($0, signal($0, SIG_IGN)) }
        let forwarded = [SIGTERM, SIGHUP].map { number in
            let handler = signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler { program.signal(number) }
            source.resume()
            return (number, handler, source)
        }
        defer {
            for (number, handler) in ignored { signal(number, handler) }
            for (number, handler, source) in forwarded {
                source.cancel()
                signal(number, handler)
            }
        }
        try program.start()
        let status = program.wait()
        withExtendedLifetime(client) {}
        return status
    }
}
