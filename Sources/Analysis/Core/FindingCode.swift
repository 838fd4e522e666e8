/// A kind of finding: its stable code, its level, and what it means.
///
/// Codes that begin with `IST` are Istio's and have Istio's meaning and words; those that begin with `PTR` are ours.
public struct FindingCode: Hashable, Sendable {
    /// The code, such as `IST0101`; documentation, searches and suppressions refer to it.
    public let id: String
    /// A name of a few words, such as `ReferencedResourceNotFound`.
    public let name: String
    /// How bad such a finding usually is.
    public let severity: Finding.Severity
    /// What it means, in one sentence.
    public let explanation: String

    init(_ id: String, _ name: String, _ severity: Finding.Severity, _ explanation: String) {
        self.id = id
        self.name = name
        self.severity = severity
        self.explanation = explanation
    }

    /// Every code, in order.
    public static let all: [FindingCode] = istio + petrel

    /// The code of an identifier.
    public static func find(_ id: String) -> FindingCode? { all.first { $0.id == id } }
}
