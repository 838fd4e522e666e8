internal import Analysis
internal import ArgumentParser
internal import ConfigStore
internal import ManagementPlane
internal import MeshAPI
internal import MeshCompilation

/// `petrel analyze`: what is doubtful about all objects together.
struct AnalyzeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "analyze",
        abstract: "Look at all objects together and list what is doubtful, with Istio's codes and our own.",
        discussion: """
            Exits 79 when a finding is at least as bad as --failure-threshold, 65 when a file can't be read. \
            The annotation galley.istio.io/analyze-suppress: CODE,CODE (or *) on an object silences findings.
            """)

    @OptionGroup var configuration: ConfigurationOptions

    @Option(name: .long, help: "The mildest finding that makes the command fail: error, warning or info.")
    var failureThreshold = FailureThreshold.error

    @Option(name: .shortAndLong, help: "text or json.")
    var output: ReportFormat = .text

    func run() throws {
        guard !configuration.files.isEmpty else { throw ValidationError("Name the files to analyze with -f.") }
        let source = try configuration.source()
        let input = AnalysisInput(source: source)
        if !input.unreadable.isEmpty { Terminal.complain(ViolationReport(input.unreadable).text) }
        let report = FindingReport(
            Analyzer.analyze(objects: input.objects, mesh: source.meshConfig, violations: input.violations, texts: input.texts))
        switch output {
        case .json: Terminal.standard.line(report.json.json(pretty: true))
        case .text:
            if !report.findings.isEmpty { Terminal.standard.line(String(report.text.dropLast())) }
            Terminal.standard.line("\(input.objects.count) objects, \(report.summary)")
        }
        if !input.unreadable.isEmpty { throw ExitStatus.invalidInput }
        if report.reaches(failureThreshold.severity) { throw ExitStatus.findings }
    }
}

/// `--failure-threshold`.
enum FailureThreshold: String, ExpressibleByArgument, CaseIterable {
    case error, warning, info

    var severity: Finding.Severity {
        switch self {
        case .error: .error
        case .warning: .warning
        case .info: .info
        }
    }
}

/// Everything that files hold, the faulty objects among them: those are findings as well.
private struct AnalysisInput {
    var objects: [MeshObject] = []
    var violations: [Violation] = []
    /// What isn't about any object, so that nothing of it can be analysed.
    var unreadable: [Violation] = []
    var texts: [String: String] = [:]

    init(source: MeshSource) {
        for file in FileFinder.read(source.files) where !file.isTestSuite {
            guard let text = file.text else {
                unreadable.append(
                    Violation(severity: .error, code: .unreadableFile, message: "\(file.path): \(file.problem ?? "the file can't be read")"))
                continue
            }
            texts[file.path] = text
            let read = ObjectReader.read(yaml: text, file: file.path, defaultNamespace: source.defaultNamespace)
            objects += read.objects
            violations += read.violations
            unreadable += read.violations.filter { $0.severity == .error && $0.object == nil }
        }
        objects += ManagementPlane.translate(objects).objects
    }
}
