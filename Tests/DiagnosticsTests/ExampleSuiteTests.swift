import Diagnostics
import Foundation
import Testing

/// The expectations that lie beside the examples hold.
@Test func everyExampleDoesWhatItsExpectationsSay() {
    let examples = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("../../Examples").standardizedFileURL.path
    let report = TestRunner.run([examples])
    #expect(report.problems.isEmpty, "\(report.problems)")
    #expect(report.failed == 0, "\(report.text)")
    #expect(report.passed >= 4)
}
