internal import ArgumentParser
internal import LocalControl

/// `petrel status`: what a running mesh says of itself.
struct StatusCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Show what a running mesh serves, to whom, and what it refused.")

    @OptionGroup var control: ControlOptions

    func run() throws {
        do {
            guard let client = try ControlClient(control.path) else {
                Terminal.complain("No mesh is running at \(control.path.path). Start one: petrel run -f FILES")
                throw ExitStatus.unavailable
            }
            Terminal.standard.line(try client.status())
        } catch let error as ControlError {
            Terminal.complain(error.description)
            throw ExitStatus.failure
        }
    }
}

/// Where the commands of one user find each other.
struct ControlOptions: ParsableArguments {
    @Option(
        name: .long,
        help: ArgumentHelp("Socket of the running mesh; by default in the user's runtime directory.", valueName: "path"))
    var control: String?

    var path: ControlPath { ControlPath(control) }
}
