/// The date format of HTTP (RFC 9110, 5.6.7): `Sun, 06 Nov 1994 08:49:37 GMT`.
enum HTTPDate {
    /// Writes seconds since 1970 as 29 characters.
    static func write(_ writer: inout ByteWriter, _ second: UInt64) {
        let day = second / 86_400
        let rest = second % 86_400
        let date = civil(day)
        let weekdays: StaticString = "ThuFriSatSunMonTueWed"
        let months: StaticString = "JanFebMarAprMayJunJulAugSepOctNovDec"
        writer.bytes(UnsafeRawBufferPointer(start: weekdays.utf8Start + Int(day % 7) * 3, count: 3))
        writer.text(", ")
        writer.padded(UInt64(date.day), width: 2)
        writer.byte(0x20)
        writer.bytes(UnsafeRawBufferPointer(start: months.utf8Start + (date.month - 1) * 3, count: 3))
        writer.byte(0x20)
        writer.padded(UInt64(date.year), width: 4)
        writer.byte(0x20)
        writer.padded(rest / 3600, width: 2)
        writer.byte(0x3a)
        writer.padded(rest / 60 % 60, width: 2)
        writer.byte(0x3a)
        writer.padded(rest % 60, width: 2)
        writer.text(" GMT")
    }

    /// Writes nanoseconds since 1970 as `2026-11-21T02:46:30.123Z`.
    static func writeISO(_ writer: inout ByteWriter, nanoseconds: UInt64) {
        let second = nanoseconds / 1_000_000_000
        let date = civil(second / 86_400)
        let rest = second % 86_400
        writer.padded(UInt64(date.year), width: 4)
        writer.byte(0x2d)
        writer.padded(UInt64(date.month), width: 2)
        writer.byte(0x2d)
        writer.padded(UInt64(date.day), width: 2)
        writer.byte(0x54)
        writer.padded(rest / 3600, width: 2)
        writer.byte(0x3a)
        writer.padded(rest / 60 % 60, width: 2)
        writer.byte(0x3a)
        writer.padded(rest % 60, width: 2)
        writer.byte(0x2e)
        writer.padded(nanoseconds / 1_000_000 % 1000, width: 3)
        writer.byte(0x5a)
    }

    /// Days since 1970 to a date, in the proleptic Gregorian calendar.
    private static func civil(_ days: UInt64) -> (year: Int, month: Int, day: Int) {
        let shifted = Int(days) + 719_468
        let era = shifted / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
    }
}

/// Reason phrases of RFC 9110.
enum StatusText {
    static func of(_ status: Int) -> StaticString {
        switch status {
        case 100: "Continue"
        case 200: "OK"
        case 201: "Created"
        case 202: "Accepted"
        case 204: "No Content"
        case 206: "Partial Content"
        case 301: "Moved Permanently"
        case 302: "Found"
        case 303: "See Other"
        case 304: "Not Modified"
        case 307: "Temporary Redirect"
        case 308: "Permanent Redirect"
        case 400: "Bad Request"
        case 401: "Unauthorized"
        case 403: "Forbidden"
        case 404: "Not Found"
        case 405: "Method Not Allowed"
        case 406: "Not Acceptable"
        case 408: "Request Timeout"
        case 409: "Conflict"
        case 410: "Gone"
        case 413: "Payload Too Large"
        case 418: "I'm a teapot"
        case 421: "Misdirected Request"
        case 426: "Upgrade Required"
        case 429: "Too Many Requests"
        case 431: "Request Header Fields Too Large"
        case 500: "Internal Server Error"
        case 501: "Not Implemented"
        case 502: "Bad Gateway"
        case 503: "Service Unavailable"
        case 504: "Gateway Timeout"
        case 508: "Loop Detected"
        default: "Unknown"
        }
    }
}
