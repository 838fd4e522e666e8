internal import Foundation

/// What an analysis needs to know of an X.509 certificate.
struct CertificateFields {
    /// The last moment of validity.
    let notAfter: Date?

    /// Nil when the bytes aren't a certificate.
    init?(_ bytes: [UInt8]) {
        var file = DERReader(bytes[...])
        guard var certificate = file.next(0x30).map(DERReader.init), var body = certificate.next(0x30).map(DERReader.init) else { return nil }
        _ = body.next(0xa0)  // version
        guard body.next(0x02) != nil, body.next(0x30) != nil, body.next(0x30) != nil,
            var validity = body.next(0x30).map(DERReader.init)
        else { return nil }
        _ = validity.any()
        notAfter = validity.any().flatMap { Self.date($0.content) }
    }

    /// `YYMMDDhhmmssZ` or `YYYYMMDDhhmmssZ`.
    private static func date(_ content: ArraySlice<UInt8>) -> Date? {
        var text = String(decoding: content, as: UTF8.self)
        if text.count == 13, let year = Int(text.prefix(2)) { text = (year >= 50 ? "19" : "20") + text }
        guard text.count == 15, text.hasSuffix("Z") else { return nil }
        var numbers: [Int] = []
        for width in [4, 2, 2, 2, 2, 2] {
            guard let number = Int(text.prefix(width)) else { return nil }
            numbers.append(number)
            text.removeFirst(width)
        }
        var components = DateComponents()
        (components.year, components.month, components.day) = (numbers[0], numbers[1], numbers[2])
        (components.hour, components.minute, components.second) = (numbers[3], numbers[4], numbers[5])
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = .gmt
        return calendar.date(from: components)
    }
}

/// Walks the elements of DER.
struct DERReader {
    private var rest: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

    /// The content of the next element when it has this tag; otherwise it stays.
    mutating func next(_ tag: UInt8) -> ArraySlice<UInt8>? {
        guard rest.first == tag else { return nil }
        return any()?.content
    }

    /// The next element.
    mutating func any() -> (tag: UInt8, content: ArraySlice<UInt8>)? {
        var input = rest
        guard let tag = input.popFirst(), let first = input.popFirst() else { return nil }
        var length = Int(first)
        if first & 0x80 != 0 {
            let count = Int(first & 0x7f)
            guard (1...4).contains(count), input.count >= count else { return nil }
            length = 0
            for _ in 0..<count { length = length << 8 | Int(input.removeFirst()) }
        }
        guard input.count >= length else { return nil }
        rest = input.dropFirst(length)
        return (tag, input.prefix(length))
    }
}
