internal import TrafficModel

/// Header changes of one message: which received fields are dropped, and
/// which lines are added. Works in memory that the worker lends.
struct HeaderEdits {
    private let memory: UnsafeMutableBufferPointer<UInt8>
    private var lines = InlineArray<64, Line>(repeating: Line())
    private var count = 0
    private var dropped: (UInt64, UInt64) = (0, 0)
    /// Bytes of memory used.
    private(set) var written = 0
    private(set) var overflowed = false

    private struct Line: BitwiseCopyable {
        var nameStart: UInt32 = 0
        var nameCount: UInt32 = 0
        var valueStart: UInt32 = 0
        var valueCount: UInt32 = 0
        var isLive = false
    }

    init(memory: UnsafeMutableBufferPointer<UInt8>) {
        self.memory = memory
    }

    /// Whether the received field at `index` is not to be sent on.
    func isDropped(_ index: Int) -> Bool {
        index < 64 ? dropped.0 >> UInt64(index) & 1 == 1 : dropped.1 >> UInt64(index & 63) & 1 == 1
    }

    /// Adds a line.
    mutating func add(_ name: StaticString, _ value: UnsafeRawBufferPointer) {
        let bytes = UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount)
        append(bytes, value)
    }

    /// Makes a line the only one with its name.
    mutating func set(
        _ name: StaticString, _ value: UnsafeRawBufferPointer, fields: UnsafeBufferPointer<HeaderField>,
        bytes: UnsafeBufferPointer<UInt8>
    ) {
        _ = drop(UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount), fields, bytes)
        add(name, value)
    }

    /// Takes a line out.
    mutating func remove(
        _ name: StaticString, fields: UnsafeBufferPointer<HeaderField>, bytes: UnsafeBufferPointer<UInt8>
    ) {
        _ = drop(UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount), fields, bytes)
    }

    /// Whether a line was added.
    func adds(_ name: StaticString) -> Bool {
        let bytes = UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount)
        return has(bytes, UnsafeBufferPointer(start: nil, count: 0), UnsafeBufferPointer(start: nil, count: 0))
    }

    /// Makes a line longer by a value behind a comma, or adds it.
    mutating func join(
        _ name: UnsafeBufferPointer<UInt8>, _ value: UnsafeRawBufferPointer, fields: UnsafeBufferPointer<HeaderField>,
        bytes: UnsafeBufferPointer<UInt8>
    ) {
        guard let known = self.value(of: name, fields, bytes) else { return append(name, value) }
        withUnsafeTemporaryAllocation(byteCount: known.count + value.count + 1, alignment: 1) { memory in
            var writer = ByteWriter(memory)
            writer.bytes(UnsafeRawBufferPointer(known))
            writer.byte(0x2c)
            writer.bytes(value)
            _ = drop(name, fields, bytes)
            append(name, writer.written)
        }
    }

    /// The first value of a line as it is to be sent.
    private func value(
        of name: UnsafeBufferPointer<UInt8>, _ fields: UnsafeBufferPointer<HeaderField>,
        _ bytes: UnsafeBufferPointer<UInt8>
    ) -> UnsafeBufferPointer<UInt8>? {
        for index in 0..<fields.count where !isDropped(index) {
            if ByteComparison.equalIgnoringCase(run(bytes, fields[index].name), name) {
                return run(bytes, fields[index].value)
            }
        }
        for index in 0..<count where lines[index].isLive {
            if ByteComparison.equalIgnoringCase(lineName(index), name) {
                let line = lines[index]
                return UnsafeBufferPointer(
                    rebasing: memory[Int(line.valueStart)..<Int(line.valueStart + line.valueCount)])
            }
        }
        return nil
    }

    /// Makes the changes of all layers, in order.
    mutating func apply(
        _ layers: MutationLayers, _ tables: TrafficTables, _ context: FormatContext,
        fields: UnsafeBufferPointer<HeaderField>, bytes: UnsafeBufferPointer<UInt8>
    ) {
        for layer in 0..<layers.count { apply(layers[layer], tables, context, fields: fields, bytes: bytes) }
    }

    /// Makes the changes of one layer, in order.
    mutating func apply(
        _ mutations: FlatArray<HeaderMutation>, _ tables: TrafficTables, _ context: FormatContext,
        fields: UnsafeBufferPointer<HeaderField>, bytes: UnsafeBufferPointer<UInt8>
    ) {
        for mutation in mutations {
            let name = mutation.name.buffer
            if mutation.action == .remove {
                _ = drop(name, fields, bytes)
                continue
            }
            let exists = has(name, fields, bytes)
            if mutation.action == .addIfAbsent, exists { continue }
            if mutation.action == .overwriteIfPresent, !exists { continue }
            guard memory.count - written > name.count + 16 else { return overflowed = true }
            let room = UnsafeMutableBufferPointer(rebasing: memory[(written + name.count + 8)...])
            var writer = TrafficModel.ByteWriter(room)
            tables.writeValue(mutation.value, context, into: &writer)
            if writer.overflowed { return overflowed = true }
            if writer.count == 0, !mutation.keepsEmptyValue { continue }
            if mutation.action == .append, mutation.joins, exists {
                join(name, UnsafeRawBufferPointer(writer.written), fields: fields, bytes: bytes)
                continue
            }
            if mutation.action != .append { _ = drop(name, fields, bytes) }
            append(name, UnsafeRawBufferPointer(writer.written))
        }
    }

    /// Writes the added lines.
    func write(_ writer: inout ByteWriter) {
        let raw = UnsafeRawBufferPointer(memory)
        for index in 0..<count where lines[index].isLive {
            let line = lines[index]
            writer.bytes(UnsafeRawBufferPointer(rebasing: raw[Int(line.nameStart)..<Int(line.nameStart + line.nameCount)]))
            writer.text(": ")
            writer.bytes(
                UnsafeRawBufferPointer(rebasing: raw[Int(line.valueStart)..<Int(line.valueStart + line.valueCount)]))
            writer.text("\r\n")
        }
    }

    private mutating func append(_ name: UnsafeBufferPointer<UInt8>, _ value: UnsafeRawBufferPointer) {
        guard count < 64, memory.count - written >= name.count + value.count, let base = memory.baseAddress else {
            return overflowed = true
        }
        var line = Line()
        line.nameStart = UInt32(written)
        line.nameCount = UInt32(name.count)
        line.valueStart = UInt32(written + name.count)
        line.valueCount = UInt32(value.count)
        line.isLive = true
        // The value may have been written a little further on in the same
        // memory: these copies may overlap.
        for offset in 0..<name.count { base[written + offset] = ByteComparison.lowercased(name[offset]) }
        if let from = value.baseAddress {
            UnsafeMutableRawPointer(base + written + name.count).copyMemory(from: from, byteCount: value.count)
        }
        written += name.count + value.count
        lines[count] = line
        count += 1
    }

    private func has(
        _ name: UnsafeBufferPointer<UInt8>, _ fields: UnsafeBufferPointer<HeaderField>,
        _ bytes: UnsafeBufferPointer<UInt8>
    ) -> Bool {
        for index in 0..<fields.count where !isDropped(index) {
            if ByteComparison.equalIgnoringCase(run(bytes, fields[index].name), name) { return true }
        }
        for index in 0..<count where lines[index].isLive {
            if ByteComparison.equalIgnoringCase(lineName(index), name) { return true }
        }
        return false
    }

    private mutating func drop(
        _ name: UnsafeBufferPointer<UInt8>, _ fields: UnsafeBufferPointer<HeaderField>,
        _ bytes: UnsafeBufferPointer<UInt8>
    ) -> Bool {
        var found = false
        for index in 0..<fields.count where !isDropped(index) {
            guard ByteComparison.equalIgnoringCase(run(bytes, fields[index].name), name) else { continue }
            if index < 64 { dropped.0 |= 1 << UInt64(index) } else { dropped.1 |= 1 << UInt64(index & 63) }
            found = true
        }
        for index in 0..<count where lines[index].isLive {
            if ByteComparison.equalIgnoringCase(lineName(index), name) {
                lines[index].isLive = false
                found = true
            }
        }
        return found
    }

    private func run(_ bytes: UnsafeBufferPointer<UInt8>, _ range: ByteRange) -> UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(rebasing: bytes[Int(range.offset)..<Int(range.end)])
    }

    private func lineName(_ index: Int) -> UnsafeBufferPointer<UInt8> {
        let line = lines[index]
        return UnsafeBufferPointer(rebasing: memory[Int(line.nameStart)..<Int(line.nameStart + line.nameCount)])
    }
}
