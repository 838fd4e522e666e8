internal import ArgumentParser

/// What the commands exit with; the numbers are those of BSD's `sysexits`, as
/// Istio's tools use them.
enum ExitStatus {
    /// Something failed that none of the others names.
    static let failure = ExitCode(1)
    /// The command line was wrong (`EX_USAGE`); ArgumentParser's own.
    static let usage = ExitCode(64)
    /// The configuration has errors (`EX_DATAERR`).
    static let invalidInput = ExitCode(65)
    /// A program or a right that is needed is missing (`EX_UNAVAILABLE`).
    static let unavailable = ExitCode(69)
    /// The check ran and found something.
    static let findings = ExitCode(79)
}
