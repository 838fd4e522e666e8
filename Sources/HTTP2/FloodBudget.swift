/// How much of what costs us more than it costs the peer is taken before
/// the connection ends with ENHANCE_YOUR_CALM.
///
/// The caller refills the budgets as time passes (once a second); without
/// that they last for the whole connection.
public struct FloodBudget: BitwiseCopyable, Sendable {
    public enum Expense: Int, CaseIterable, Sendable {
        /// SETTINGS frames: each wants an answer.
        case settings
        /// PING frames: each wants an answer.
        case ping
        /// Streams begun and taken back (CVE-2023-44487, "rapid reset").
        case reset
        /// Streams that the peer makes us reset, and frames on closed ones
        /// (CVE-2025-8671, "MadeYouReset").
        case streamError
        /// DATA frames without a byte that don't end anything.
        case emptyData
        /// PRIORITY and unknown frames.
        case idle
        /// WINDOW_UPDATE frames beyond two for each DATA frame sent.
        case windowUpdate

        var budget: Int32 {
            switch self {
            case .settings: 32
            case .ping: 128
            case .reset: 200
            case .streamError: 200
            case .emptyData: 128
            case .idle: 1024
            case .windowUpdate: 4096
            }
        }
    }

    private var left = InlineArray<7, Int32>(repeating: 0)

    public init() { refill() }

    public mutating func refill() {
        for expense in Expense.allCases { left[expense.rawValue] = max(left[expense.rawValue], expense.budget) }
    }

    /// False when the budget is used up.
    mutating func spend(_ expense: Expense) -> Bool {
        left[expense.rawValue] &-= 1
        return left[expense.rawValue] >= 0
    }

    /// Work that makes some of it expected.
    mutating func earn(_ expense: Expense, _ count: Int32) {
        left[expense.rawValue] = min(left[expense.rawValue] &+ count, expense.budget &* 16)
    }
}
