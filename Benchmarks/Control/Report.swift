internal import Foundation

/// Prints each figure beside its bar.
struct Report {
    private var missed = 0

    static func say(_ text: String) {
        FileHandle.standardOutput.write(Data((text + "\n").utf8))
    }

    func begin(_ bench: ControlCase) { Self.say("\n\(bench.name): \(bench.summary)") }

    /// - Parameter bar: The greatest value that is good enough; nil where none was set.
    mutating func figure(_ name: String, _ value: Double, _ unit: String, bar: Double? = nil) {
        var verdict = ""
        if let bar {
            let isGood = value <= bar
            if !isGood { missed += 1 }
            verdict = "  bar \(Self.number(bar)) \(unit): \(isGood ? "met" : "MISSED")"
        }
        let title = name.padding(toLength: max(58, name.count), withPad: " ", startingAt: 0)
        Self.say("  \(title) \(Self.number(value)) \(unit)\(verdict)")
    }

    /// - Returns: How many bars were missed.
    func close() -> Int {
        Self.say(missed == 0 ? "\nevery bar is met" : "\n\(missed) bars are missed")
        return missed
    }

    static func number(_ value: Double) -> String {
        String(format: value < 10 ? "%.2f" : value < 100 ? "%.1f" : "%.0f", value)
    }
}
