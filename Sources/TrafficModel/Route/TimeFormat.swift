/// Times in header values: the part of `strftime` that Envoy's `%START_TIME(...)%` is used with.
enum TimeFormat {
    private static let letters: Set<Character> = ["Y", "m", "d", "e", "H", "M", "S", "s", "f", "z", "Z", "j", "y", "T", "F", "%"]

    /// Whether every specifier of a format can be written.
    static func isSupported(_ format: String) -> Bool {
        var rest = Substring(format)
        while let start = rest.firstIndex(of: "%") {
            rest = rest[rest.index(after: start)...]
            guard var letter = rest.popFirst() else { return false }
            if letter.isASCII, letter.isNumber, letter != "0" {
                // `%3f`: so many digits of the second's fraction.
                guard rest.first == "f" else { return false }
                letter = rest.removeFirst()
            }
            guard letters.contains(letter) else { return false }
        }
        return true
    }

    /// Writes nanoseconds since 1970 in universal time; without a format as `2026-11-21T02:46:30.123Z`.
    static func write(_ nanoseconds: UInt64, _ format: UnsafeBufferPointer<UInt8>, into writer: inout ByteWriter) {
        if format.count == 0 {
            let usual: StaticString = "%Y-%m-%dT%H:%M:%S.%3fZ"
            return write(
                nanoseconds, UnsafeBufferPointer(start: usual.utf8Start, count: usual.utf8CodeUnitCount), into: &writer)
        }
        let time = Moment(nanoseconds)
        var index = 0
        while index < format.count {
            let byte = format[index]
            index += 1
            guard byte == 0x25, index < format.count else {
                writer.append(byte)
                continue
            }
            var letter = format[index]
            index += 1
            var digits = 9
            if letter &- 0x31 < 9, index < format.count {
                digits = Int(letter - 0x30)
                letter = format[index]
                index += 1
            }
            time.write(letter, digits, into: &writer)
        }
    }

    /// A moment taken apart, in the proleptic Gregorian calendar.
    private struct Moment {
        let nanoseconds: UInt64
        var year = 1970
        var month = 1
        var day = 1
        var dayOfYear = 1

        init(_ nanoseconds: UInt64) {
            self.nanoseconds = nanoseconds
            let days = Int(nanoseconds / 86_400_000_000_000)
            let shifted = days + 719_468
            let era = shifted / 146_097
            let dayOfEra = shifted - era * 146_097
            let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
            let fromMarch = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
            let shiftedMonth = (5 * fromMarch + 2) / 153
            day = fromMarch - (153 * shiftedMonth + 2) / 5 + 1
            month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
            year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
            let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
            dayOfYear = month > 2 ? fromMarch + 60 + (isLeap ? 1 : 0) : fromMarch - 305
        }

        func write(_ letter: UInt8, _ digits: Int, into writer: inout ByteWriter) {
            let seconds = nanoseconds / 1_000_000_000
            switch letter {
            case 0x59: writer.append(padded: UInt64(year), width: 4)  // Y
            case 0x79: writer.append(padded: UInt64(year % 100), width: 2)  // y
            case 0x6d: writer.append(padded: UInt64(month), width: 2)  // m
            case 0x64: writer.append(padded: UInt64(day), width: 2)  // d
            case 0x65:  // e
                if day < 10 { writer.append(0x20) }
                writer.append(decimal: UInt64(day))
            case 0x6a: writer.append(padded: UInt64(dayOfYear), width: 3)  // j
            case 0x48: writer.append(padded: seconds / 3600 % 24, width: 2)  // H
            case 0x4d: writer.append(padded: seconds / 60 % 60, width: 2)  // M
            case 0x53: writer.append(padded: seconds % 60, width: 2)  // S
            case 0x73: writer.append(decimal: seconds)  // s
            case 0x66:  // f
                var fraction = nanoseconds % 1_000_000_000
                for _ in digits..<9 { fraction /= 10 }
                writer.append(padded: fraction, width: digits)
            case 0x7a: writer.append("+0000")  // z
            case 0x5a: writer.append("UTC")  // Z
            case 0x54:  // T
                write(0x48, 9, into: &writer)
                writer.append(0x3a)
                write(0x4d, 9, into: &writer)
                writer.append(0x3a)
                write(0x53, 9, into: &writer)
            case 0x46:  // F
                write(0x59, 9, into: &writer)
                writer.append(0x2d)
                write(0x6d, 9, into: &writer)
                writer.append(0x2d)
                write(0x64, 9, into: &writer)
            default: writer.append(letter)
            }
        }
    }
}

extension ByteWriter {
    /// A number with leading zeros.
    fileprivate mutating func append(padded number: UInt64, width: Int) {
        var power: UInt64 = 1
        for _ in 1..<max(1, width) { power *= 10 }
        var rest = number
        while power > 0 {
            append(UInt8(truncatingIfNeeded: 48 + rest / power % 10))
            rest %= power
            power /= 10
        }
    }
}
