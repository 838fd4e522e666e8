import MeshAPI
import Testing

/// Texts with random faults: nothing may crash, and what is refused has a place.
@Suite struct `Damaged texts` {
    private struct Random: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state ^ (state >> 33)
        }
    }

    private static let splices = ["\t", ":", "- ", "\n", "---\n", "{", "}", "[", "]", "\"", "'", "&a ", "*a", "|\n", "!!int ", "0x", "\u{0}", "é", "%", "? ", "<<: ", "#"]

    @Test(arguments: [Seeds.article, Seeds.destination, Seeds.generatedServiceEntry]) func `are refused, not crashed on`(text: String) {
        var random = Random(state: UInt64(text.utf8.count))
        for _ in 0..<1500 {
            var bytes = Array(text.utf8)
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let position = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<4, using: &random) {
                case 0: bytes.remove(at: position)
                case 1: bytes[position] = UInt8.random(in: 0...255, using: &random)
                case 2: bytes.removeSubrange(position..<min(bytes.count, position + 20))
                default: bytes.insert(contentsOf: (Self.splices.randomElement(using: &random) ?? "").utf8, at: position)
                }
                if bytes.isEmpty { bytes = [0x61] }
            }
            let damaged = String(decoding: bytes, as: UTF8.self)
            let (objects, violations) = ObjectReader.read(yaml: damaged, file: "damaged.yaml")
            let lines = damaged.utf8.count { $0 == 0x0a } + 2
            for violation in violations + objects.flatMap({ Validator.validate($0) }) {
                #expect((1...lines).contains(violation.location?.line ?? 0), "\(violation)\n\(damaged)")
            }
        }
    }
}
