internal import ArgumentParser

/// Files named after the first of a `-f`, as a shell's wildcard gives them:
/// `petrel validate -f config/*.yaml`.
struct MoreFiles: ParsableArguments {
    @Argument(help: ArgumentHelp("More files and directories.", valueName: "file|dir"))
    var files: [String] = []
}
