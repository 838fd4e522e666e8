/// One stream that isn't idle and not closed (RFC 9113, 5.1).
struct StreamState: BitwiseCopyable {
    var id: UInt32 = 0
    /// Whose it is, in the words of the caller.
    var tag: UInt64 = 0
    /// Bytes we may still send.
    var sendWindow = 0
    /// Bytes the peer may still send.
    var receiveWindow = 0
    /// Bytes used by the caller and not given back to the peer yet.
    var owed = 0
    /// Body bytes received, and how many were declared (-1: not).
    var received = 0
    var declared = -1
    /// We sent END_STREAM.
    var localClosed = false
    /// The peer sent END_STREAM.
    var remoteClosed = false
    /// The final head of the message came.
    var hasHead = false
    /// The declared length speaks of a body that isn't sent.
    var ignoresLength = false
    /// The caller has bytes for it that a window stopped.
    var isBlocked = false
}

/// The streams of a connection by number: open addressing, no allocation
/// once it has grown to the greatest number of streams at once.
struct StreamTable {
    private(set) var slots: [StreamState] = []
    private(set) var count = 0

    private func home(_ id: UInt32) -> Int { Int((id &* 0x9E37_79B1) >> 7) & (slots.count &- 1) }

    /// Its place, or -1.
    func find(_ id: UInt32) -> Int {
        guard count > 0 else { return -1 }
        var place = home(id)
        while slots[place].id != 0 {
            if slots[place].id == id { return place }
            place = (place &+ 1) & (slots.count &- 1)
        }
        return -1
    }

    subscript(place: Int) -> StreamState {
        _read { yield slots[place] }
        _modify { yield &slots[place] }
    }

    mutating func insert(_ stream: StreamState) -> Int {
        if (count &+ 1) &* 2 > slots.count { grow() }
        count &+= 1
        return put(stream)
    }

    private mutating func put(_ stream: StreamState) -> Int {
        var place = home(stream.id)
        while slots[place].id != 0 { place = (place &+ 1) & (slots.count &- 1) }
        slots[place] = stream
        return place
    }

    private mutating func grow() {
        let old = slots
        slots = [StreamState](repeating: StreamState(), count: max(8, old.count &* 2))
        for stream in old where stream.id != 0 { _ = put(stream) }
    }

    /// Removes a stream, and moves up those that stood behind it.
    mutating func remove(at place: Int) {
        let mask = slots.count &- 1
        var hole = place
        var next = (place &+ 1) & mask
        while slots[next].id != 0 {
            let wanted = home(slots[next].id)
            if (next &- wanted) & mask >= (next &- hole) & mask {
                slots[hole] = slots[next]
                hole = next
            }
            next = (next &+ 1) & mask
        }
        slots[hole] = StreamState()
        count &-= 1
    }
}

/// How streams ended that may still hear from the peer.
struct ClosedStreams {
    enum Ending: UInt8, BitwiseCopyable {
        /// Both sides sent END_STREAM.
        case ended
        /// The peer reset it: it must be silent.
        case resetByPeer
        /// We did: what was under way is read over.
        case resetByUs
    }

    private var ids = InlineArray<128, UInt32>(repeating: 0)
    private var endings = InlineArray<128, Ending>(repeating: .ended)
    private var next = 0

    mutating func note(_ id: UInt32, _ ending: Ending) {
        ids[next] = id
        endings[next] = ending
        next = (next &+ 1) & 127
    }

    func ending(of id: UInt32) -> Ending? {
        for place in 0..<128 where ids[place] == id { return endings[place] }
        return nil
    }
}
