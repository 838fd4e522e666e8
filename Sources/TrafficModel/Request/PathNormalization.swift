/// What came of normalizing a path.
public enum PathNormalization: UInt8, BitwiseCopyable, Sendable {
    /// The path is as it should be: nothing was written.
    case unchanged
    /// The new path with query was written.
    case changed
    /// The request is refused with 400.
    case rejected
    /// The client is redirected with 307 to the new path, which was written.
    case redirected
}

extension ConnectionManagerPlan {
    /// Brings a path (with query) into the form that routing sees and the origin
    /// receives, as this manager is configured. The usual path costs one look at
    /// its bytes.
    public func normalize(path: UnsafeBufferPointer<UInt8>, into writer: inout ByteWriter) -> PathNormalization {
        guard normalizesPath || mergesSlashes || escapedSlashes != .keep else { return .unchanged }
        guard path.first == 0x2F, PathText.needsAttention(path) else { return .unchanged }
        var length = 0
        while length < path.count, path[length] != 0x3F { length += 1 }
        let rest = UnsafeBufferPointer(rebasing: path[length...])
        return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: length * 3 + 1) { memory in
            var count = 0
            for index in 0..<length where path[index] != 0x23 || index == 0 {
                memory[count] = path[index]
                count += 1
            }
            var escaped = false
            if escapedSlashes != .keep { escaped = PathText.unescapeSlashes(memory, &count) }
            if escaped, escapedSlashes == .reject { return .rejected }
            if normalizesPath { PathText.canonicalize(memory, &count) }
            if mergesSlashes { PathText.mergeSlashes(memory, &count) }
            let result = UnsafeBufferPointer(rebasing: memory[0..<count])
            if ByteComparison.equal(result, UnsafeBufferPointer(rebasing: path[0..<length])) { return .unchanged }
            writer.append(result)
            writer.append(rest)
            return escaped && escapedSlashes == .redirect ? .redirected : .changed
        }
    }
}

/// Rewriting paths in place. The memory has room for three times the path.
enum PathText {
    /// Whether anything in the path could change: escapes, back slashes, runs of
    /// slashes, dot segments, bytes that must be escaped.
    static func needsAttention(_ path: UnsafeBufferPointer<UInt8>) -> Bool {
        var previous: UInt8 = 0
        for byte in path {
            if byte == 0x3F { return false }
            let suspect = byte < 64 ? suspects.low >> UInt64(byte) : suspects.high >> UInt64(byte & 63)
            if suspect & 1 != 0 || byte >= 0x80 { return true }
            if previous == 0x2F, byte == 0x2F || byte == 0x2E { return true }
            previous = byte
        }
        return false
    }

    /// One bit for each ASCII character that is an escape, a back slash or must be escaped.
    private static var suspects: (low: UInt64, high: UInt64) {
        (
            0x1_FFFF_FFFF | 1 << 0x22 | 1 << 0x23 | 1 << 0x25 | 1 << 0x3C | 1 << 0x3E,
            1 << 0x1C | 1 << 0x1E | 1 << 0x20 | 1 << 0x3B | 1 << 0x3C | 1 << 0x3D | 1 << 0x3F
        )
    }

    static func mustEscape(_ byte: UInt8) -> Bool {
        switch byte {
        case 0...0x20, 0x22, 0x23, 0x3C, 0x3E, 0x5E, 0x60, 0x7B...0x7D, 0x7F...: true
        default: false
        }
    }

    private static func isUnreserved(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E: true
        default: false
        }
    }

    private static func hexadecimal(_ byte: UInt8) -> UInt8? {
        if byte &- 48 < 10 { return byte - 48 }
        let letter = byte | 0x20
        return letter &- 0x61 < 6 ? letter - 0x61 + 10 : nil
    }

    private static func escape(_ memory: UnsafeMutableBufferPointer<UInt8>, _ count: Int, _ index: Int) -> UInt8? {
        guard index + 2 < count, memory[index] == 0x25, let high = hexadecimal(memory[index + 1]),
            let low = hexadecimal(memory[index + 2])
        else { return nil }
        return high << 4 | low
    }

    /// Decodes `%2F` and `%5C`; says whether there were any.
    static func unescapeSlashes(_ memory: UnsafeMutableBufferPointer<UInt8>, _ count: inout Int) -> Bool {
        var target = 0
        var index = 0
        var found = false
        while index < count {
            if let byte = escape(memory, count, index), byte == 0x2F || byte == 0x5C {
                memory[target] = byte
                index += 3
                found = true
            } else {
                memory[target] = memory[index]
                index += 1
            }
            target += 1
        }
        count = target
        return found
    }

    static func mergeSlashes(_ memory: UnsafeMutableBufferPointer<UInt8>, _ count: inout Int) {
        var target = 0
        for index in 0..<count where !(memory[index] == 0x2F && target > 0 && memory[target - 1] == 0x2F) {
            memory[target] = memory[index]
            target += 1
        }
        count = target
    }

    /// Decodes unreserved characters, turns back slashes into slashes, resolves
    /// `.` and `..`, escapes what must be.
    static func canonicalize(_ memory: UnsafeMutableBufferPointer<UInt8>, _ count: inout Int) {
        var target = 0
        var index = 0
        // Decoding only shortens: it can be done in place.
        while index < count {
            if let byte = escape(memory, count, index), isUnreserved(byte) {
                memory[target] = byte
                index += 3
            } else {
                memory[target] = memory[index] == 0x5C ? 0x2F : memory[index]
                index += 1
            }
            target += 1
        }
        count = target
        removeDotSegments(memory, &count)
        escapeBytes(memory, &count)
    }

    private static func removeDotSegments(_ memory: UnsafeMutableBufferPointer<UInt8>, _ count: inout Int) {
        var target = 0
        var index = 0
        while index < count {
            // At a slash: the segment after it.
            var end = index + 1
            while end < count, memory[end] != 0x2F { end += 1 }
            let length = end - index - 1
            let isLast = end == count
            if length == 1, memory[index + 1] == 0x2E {
                if isLast {
                    memory[target] = 0x2F
                    target += 1
                }
            } else if length == 2, memory[index + 1] == 0x2E, memory[index + 2] == 0x2E {
                while target > 0 {
                    target -= 1
                    if memory[target] == 0x2F { break }
                }
                if isLast {
                    memory[target] = 0x2F
                    target += 1
                }
            } else {
                for place in index..<end {
                    memory[target] = memory[place]
                    target += 1
                }
            }
            index = end
        }
        count = target
    }

    private static func escapeBytes(_ memory: UnsafeMutableBufferPointer<UInt8>, _ count: inout Int) {
        var extra = 0
        for index in 0..<count where mustEscape(memory[index]) { extra += 2 }
        guard extra > 0, count + extra <= memory.count else { return }
        var target = count + extra
        var index = count
        count = target
        while index > 0 {
            index -= 1
            let byte = memory[index]
            if mustEscape(byte) {
                target -= 3
                memory[target] = 0x25
                memory[target + 1] = digit(byte >> 4)
                memory[target + 2] = digit(byte & 15)
            } else {
                target -= 1
                memory[target] = byte
            }
        }
    }

    private static func digit(_ value: UInt8) -> UInt8 {
        value < 10 ? 48 + value : 55 + value
    }
}
