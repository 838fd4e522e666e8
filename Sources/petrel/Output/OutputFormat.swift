internal import ArgumentParser

/// `-o` of the commands that print objects.
enum ObjectFormat: String, ExpressibleByArgument, CaseIterable {
    case yaml, json
}

/// `-o` of the commands that print findings.
enum ReportFormat: String, ExpressibleByArgument, CaseIterable {
    case text, json
}
