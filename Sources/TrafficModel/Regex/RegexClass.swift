/// Sets of code points as sorted, disjoint ranges.
enum RegexClass {
    static let everything: [ClosedRange<UInt32>] = [0...0x10FFFF]
    static let everythingButLineBreak: [ClosedRange<UInt32>] = [0...9, 11...0x10FFFF]
    static let digits: [ClosedRange<UInt32>] = [48...57]
    static let whiteSpace: [ClosedRange<UInt32>] = [9...10, 12...13, 32...32]
    static let word: [ClosedRange<UInt32>] = [48...57, 65...90, 95...95, 97...122]

    static func isWord(_ value: UInt32) -> Bool {
        word.contains { $0.contains(value) }
    }

    static func posix(_ name: String) -> [ClosedRange<UInt32>]? {
        switch name {
        case "alnum": [48...57, 65...90, 97...122]
        case "alpha": [65...90, 97...122]
        case "ascii": [0...127]
        case "blank": [9...9, 32...32]
        case "cntrl": [0...31, 127...127]
        case "digit": digits
        case "graph": [33...126]
        case "lower": [97...122]
        case "print": [32...126]
        case "punct": [33...47, 58...64, 91...96, 123...126]
        case "space": [9...13, 32...32]
        case "upper": [65...90]
        case "word": word
        case "xdigit": [48...57, 65...70, 97...102]
        default: nil
        }
    }

    static func merged(_ ranges: [ClosedRange<UInt32>]) -> [ClosedRange<UInt32>] {
        var result: [ClosedRange<UInt32>] = []
        for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if let last = result.last, range.lowerBound <= last.upperBound &+ 1 {
                result[result.count - 1] = last.lowerBound...Swift.max(last.upperBound, range.upperBound)
            } else {
                result.append(range)
            }
        }
        return result
    }

    static func inverted(_ ranges: [ClosedRange<UInt32>]) -> [ClosedRange<UInt32>] {
        var result: [ClosedRange<UInt32>] = []
        var next: UInt32 = 0
        for range in merged(ranges) {
            if range.lowerBound > next { result.append(next...(range.lowerBound - 1)) }
            next = range.upperBound + 1
        }
        if next <= 0x10FFFF { result.append(next...0x10FFFF) }
        return result
    }

    /// The ranges with the other case of every letter in them.
    static func folded(_ ranges: [ClosedRange<UInt32>]) -> [ClosedRange<UInt32>] {
        var result = ranges
        for range in ranges {
            // Beyond the Cyrillic, Armenian and Greek blocks letters with case are
            // rare; a wide range holds both cases of its letters anyhow.
            let upper = Swift.min(range.upperBound, 0x2FFF)
            guard range.lowerBound <= upper else { continue }
            for value in range.lowerBound...upper {
                guard let scalar = Unicode.Scalar(value) else { continue }
                for mapping in [scalar.properties.lowercaseMapping, scalar.properties.uppercaseMapping] {
                    let mapped = mapping.unicodeScalars
                    if mapped.count == 1, let other = mapped.first, other != scalar {
                        result.append(other.value...other.value)
                    }
                }
            }
        }
        return merged(result)
    }

    /// A Unicode general category by its one or two letters. Scripts are not known.
    static func unicode(_ name: String) -> [ClosedRange<UInt32>]? {
        if name == "Any" { return everything }
        guard name.count == 1 || name.count == 2 else { return nil }
        guard categories.contains(where: { $0.value.hasPrefix(name) }) else { return nil }
        var result: [ClosedRange<UInt32>] = []
        var start: UInt32?
        for value in 0...UInt32(0x110000) {
            let category = Unicode.Scalar(value).flatMap { categories[$0.properties.generalCategory] }
            let inside = category?.hasPrefix(name) ?? false
            if inside, start == nil { start = value }
            if !inside, let first = start {
                result.append(first...(value - 1))
                start = nil
            }
        }
        return result
    }

    private static let categories: [Unicode.GeneralCategory: String] = [
        .uppercaseLetter: "Lu", .lowercaseLetter: "Ll", .titlecaseLetter: "Lt", .modifierLetter: "Lm",
        .otherLetter: "Lo", .nonspacingMark: "Mn", .spacingMark: "Mc", .enclosingMark: "Me",
        .decimalNumber: "Nd", .letterNumber: "Nl", .otherNumber: "No", .connectorPunctuation: "Pc",
        .dashPunctuation: "Pd", .openPunctuation: "Ps", .closePunctuation: "Pe", .initialPunctuation: "Pi",
        .finalPunctuation: "Pf", .otherPunctuation: "Po", .mathSymbol: "Sm", .currencySymbol: "Sc",
        .modifierSymbol: "Sk", .otherSymbol: "So", .spaceSeparator: "Zs", .lineSeparator: "Zl",
        .paragraphSeparator: "Zp", .control: "Cc", .format: "Cf", .privateUse: "Co",
    ]
}

extension RegexClass {
    /// Whether `\b` counts the byte as part of a word.
    @inline(__always)
    static func isWordByte(_ byte: UInt8) -> Bool {
        (byte | 0x20) &- 0x61 < 26 || byte &- 48 < 10 || byte == 0x5F
    }
}
