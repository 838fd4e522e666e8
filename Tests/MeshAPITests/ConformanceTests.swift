import Foundation
import MeshAPI
import Testing

/// Runs recorded decisions of Istio's admission, from outside the repository.
@Suite(.enabled(if: ProcessInfo.processInfo.environment["PETREL_CONFORMANCE"] != nil)) struct `Istio's decisions` {
    @Test(arguments: [
        "ServiceEntry", "WorkloadEntry", "WorkloadGroup", "VirtualService", "DestinationRule", "Sidecar", "Gateway", "AuthorizationPolicy",
        "PeerAuthentication", "RequestAuthentication",
    ])
    func `are ours`(kind: String) throws {
        let root = try #require(ProcessInfo.processInfo.environment["PETREL_CONFORMANCE"])
        let text = try String(contentsOfFile: "\(root)/validation/\(kind).jsonl", encoding: .utf8)
        var agreed = 0
        var total = 0
        for line in text.split(separator: "\n") {
            let recorded = try #require(ConfigValue(json: String(line)))
            let id = try #require(recorded["id"]?.string)
            let expected = try #require(recorded["verdict"]?.string)
            let resource = try #require(recorded["resource"])
            let violations = Self.violations(resource)
            if expected == "accept", let object = ObjectReader.read(resource).object {
                #expect(ObjectReader.read(yaml: object.value.yaml(), file: id).objects == [object], "\(id) is written as something else")
            }
            let got = violations.contains { $0.severity == .error } ? "reject" : "accept"
            total += 1
            if got == expected {
                agreed += 1
            } else {
                let reasons = violations.map(\.description).joined(separator: "\n  ")
                Issue.record("\(id): expected \(expected), got \(got)\n  \(reasons)\n  istio: \(recorded["errors"]?.json() ?? "-")")
            }
            let missing = Self.missing(recorded["errors"], in: violations, .error) + Self.missing(recorded["warnings"], in: violations, .warning)
            if !missing.isEmpty, ProcessInfo.processInfo.environment["PETREL_CONFORMANCE_TEXTS"] != nil {
                FileHandle.standardError.write(Data("text \(id): \(missing)\n   got \(violations.map(\.message))\n".utf8))
            }
        }
        FileHandle.standardError.write(Data("conformance \(kind): \(agreed) of \(total)\n".utf8))
    }

    private static func violations(_ resource: ConfigValue) -> [Violation] {
        let (object, violations) = ObjectReader.read(resource)
        return violations + (object.map { Validator.validate($0) } ?? [])
    }

    /// The texts of Istio's that none of ours begins with.
    private static func missing(_ texts: ConfigValue?, in violations: [Violation], _ severity: Violation.Severity) -> [String] {
        (texts?.array ?? []).compactMap(\.string).filter { text in
            !violations.contains { $0.severity == severity && ($0.message.contains(text) || text.contains($0.message)) }
        }
    }
}
