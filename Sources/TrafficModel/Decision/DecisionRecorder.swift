/// Something that writes down how a decision came about.
///
/// Matching is generic over it: with ``NoRecorder`` every call disappears at
/// compile time, with ``StepRecorder`` the same code explains itself. There is
/// no second implementation that could disagree.
public protocol DecisionRecorder {
    /// Whether anything is written down. Constant, so that work done only for
    /// the record can be skipped.
    static var isRecording: Bool { get }

    /// Takes one step. The step is only made when it is recorded.
    mutating func record(_ step: @autoclosure () -> DecisionStep)
}

/// The recorder that writes nothing down; the proxy's.
public struct NoRecorder: DecisionRecorder {
    /// A recorder of nothing.
    public init() {}
    public static var isRecording: Bool { false }
    @inline(__always)
    public mutating func record(_ step: @autoclosure () -> DecisionStep) {}
}

/// The recorder that keeps every step, for explanations.
public struct StepRecorder: DecisionRecorder, Sendable {
    /// The steps in the order they were taken.
    public private(set) var steps: [DecisionStep] = []

    /// An empty recorder.
    public init() {}
    public static var isRecording: Bool { true }
    public mutating func record(_ step: @autoclosure () -> DecisionStep) {
        steps.append(step())
    }
}

/// One step of a decision: what was looked at and what came of it.
public struct DecisionStep: Sendable, Hashable {
    /// What was looked at.
    public enum Subject: String, Sendable, Hashable {
        case listener, filterChain, accessRules, routeConfiguration, virtualHost, route, cluster, redirect,
            directResponse
    }

    /// What came of it.
    public enum Outcome: String, Sendable, Hashable {
        /// It was taken.
        case chosen
        /// It was looked at and passed over.
        case passed
        /// It was needed and isn't there, or it refused.
        case failed
    }

    /// What was looked at.
    public var subject: Subject
    /// Its name; empty for something without one.
    public var name: String
    /// What came of it.
    public var outcome: Outcome
    /// Why, in a sentence without a full stop.
    public var detail: String

    /// A step.
    public init(_ subject: Subject, _ name: String, _ outcome: Outcome, _ detail: String) {
        self.subject = subject
        self.name = name
        self.outcome = outcome
        self.detail = detail
    }
}
