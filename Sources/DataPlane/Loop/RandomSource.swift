internal import CPetrelSystem

/// A generator seeded once from the kernel: xoshiro256**. For choices and
/// identifiers, not for keys.
struct RandomSource: BitwiseCopyable {
    private var state: (UInt64, UInt64, UInt64, UInt64) = (1, 2, 3, 4)

    init() {
        withUnsafeMutableBytes(of: &state) { _ = petrel_entropy($0.baseAddress, $0.count) }
        if state == (0, 0, 0, 0) { state.0 = 1 }
    }

    mutating func next() -> UInt64 {
        let product = state.1 &* 5
        let result = (product << 7 | product >> 57) &* 9
        let shifted = state.1 << 17
        state.2 ^= state.0
        state.3 ^= state.1
        state.1 ^= state.2
        state.0 ^= state.3
        state.2 ^= shifted
        state.3 = state.3 << 45 | state.3 >> 19
        return result
    }

    mutating func below(_ bound: UInt32) -> UInt32 {
        UInt32(truncatingIfNeeded: ((next() >> 32) &* UInt64(bound)) >> 32)
    }
}
