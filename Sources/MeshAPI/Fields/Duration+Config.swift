extension Duration: ConfigFieldValue {
    /// Reads a duration as Go writes it: `1.5s`, `2m30s`, `100ms`.
    public static func decode(_ value: LocatedValue, _ context: DecodingContext) -> Duration? {
        guard case .string(let text) = value.content else {
            context.reportType("string", value)
            return nil
        }
        if let duration = Duration(goText: text) { return duration }
        context.report(.malformedValue, "\"\(text)\" is not a duration; write a number with a unit, such as \"1.5s\", \"2m\" or \"100ms\"", line: value.line)
        return nil
    }

    /// False: a zero duration that is written is not the same as none.
    public var isAbsent: Bool { false }

    /// Seconds with as many digits as are needed: `1.500s`.
    public func encode() -> ConfigValue { .string(protoText) }

    /// A duration.
    public static var schema: FieldSchema { .duration }

    /// Whole nanoseconds; Go's durations have no finer grain.
    var nanoseconds: Int64 {
        let (seconds, attoseconds) = components
        let (scaled, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        return overflow ? (seconds < 0 ? .min : .max) : scaled + attoseconds / 1_000_000_000
    }

    /// The form that proto's JSON gives a duration: seconds with 0, 3, 6 or 9 digits.
    public var protoText: String {
        let (seconds, attoseconds) = components
        let nanos = abs(attoseconds / 1_000_000_000)
        let sign = seconds < 0 || attoseconds < 0 ? "-" : ""
        guard nanos != 0 else { return "\(sign)\(abs(seconds))s" }
        let digits = String(nanos)
        var fraction = String(repeating: "0", count: 9 - digits.count) + digits
        while fraction.hasSuffix("000") { fraction.removeLast(3) }
        return "\(sign)\(abs(seconds)).\(fraction)s"
    }

    /// Reads Go's notation; nil when the text isn't in it.
    public init?(goText text: String) {
        var rest = text.utf8[...]
        var negative = false
        if let first = rest.first, first == UInt8(ascii: "-") || first == UInt8(ascii: "+") {
            negative = first == UInt8(ascii: "-")
            rest = rest.dropFirst()
        }
        guard !rest.isEmpty else { return nil }
        if rest.elementsEqual([UInt8(ascii: "0")]) {
            self = .zero
            return
        }
        var total: Int64 = 0
        while !rest.isEmpty {
            guard let part = Self.takePart(&rest) else { return nil }
            let (sum, overflow) = total.addingReportingOverflow(part)
            guard !overflow else { return nil }
            total = sum
        }
        self = .nanoseconds(negative ? -total : total)
    }

    private static func takePart(_ rest: inout Substring.UTF8View) -> Int64? {
        func takeDigits() -> (value: Int64, count: Int)? {
            var value: Int64 = 0
            var count = 0
            while let byte = rest.first, byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") {
                let (scaled, overflow) = value.multipliedReportingOverflow(by: 10)
                guard !overflow else { return nil }
                value = scaled + Int64(byte - UInt8(ascii: "0"))
                count += 1
                rest = rest.dropFirst()
            }
            return (value, count)
        }
        guard let whole = takeDigits() else { return nil }
        var fraction: (value: Int64, count: Int) = (0, 0)
        if rest.first == UInt8(ascii: ".") {
            rest = rest.dropFirst()
            guard let digits = takeDigits() else { return nil }
            fraction = digits
        }
        guard whole.count + fraction.count > 0, fraction.count <= 18 else { return nil }
        let name = String(decoding: rest.prefix { $0 != UInt8(ascii: ".") && !($0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9")) }, as: UTF8.self)
        rest = rest.dropFirst(name.utf8.count)
        let unit: Int64
        switch name {
        case "ns": unit = 1
        case "us", "µs", "μs": unit = 1_000
        case "ms": unit = 1_000_000
        case "s": unit = 1_000_000_000
        case "m": unit = 60_000_000_000
        case "h": unit = 3_600_000_000_000
        default: return nil
        }
        var nanoseconds = whole.value.multipliedReportingOverflow(by: unit)
        guard !nanoseconds.overflow else { return nil }
        var scale = 1.0
        for _ in 0..<fraction.count { scale *= 10 }
        nanoseconds = nanoseconds.partialValue.addingReportingOverflow(Int64(Double(fraction.value) * (Double(unit) / scale)))
        return nanoseconds.overflow ? nil : nanoseconds.partialValue
    }
}
