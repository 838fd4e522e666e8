import Foundation
import MeshAPI
import Testing

/// Texts with random faults: nothing may crash, and what is refused has a place.
/// With `PETREL_LONG_TESTS=1` there are a hundred times as many.
@Suite struct `Damaged texts` {
    private struct Random: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state ^ (state >> 33)
        }
    }

    private static let splices = ["\t", ":", "- ", "\n", "---\n", "{", "}", "[", "]", "\"", "'", "&a ", "*a", "|\n", "!!int ", "0x", "\u{0}", "é", "%", "? ", "<<: ", "#"]

    private static let rounds = ProcessInfo.processInfo.environment["PETREL_LONG_TESTS"] == "1" ? 150_000 : 1_500

    /// The same objects as JSON, damaged in the same ways.
    @Test(arguments: [Seeds.article, Seeds.destination]) func `of JSON are refused, not crashed on`(text: String) {
        var random = Random(state: UInt64(text.utf8.count) &* 3)
        for object in ObjectReader.read(yaml: text, file: "seed.yaml").objects {
            let json = object.value.json(pretty: true)
            for _ in 0..<Self.rounds / 5 {
                var bytes = Array(json.utf8)
                for _ in 0..<Int.random(in: 1...4, using: &random) {
                    let position = Int.random(in: 0..<bytes.count, using: &random)
                    switch Int.random(in: 0..<4, using: &random) {
                    case 0: bytes.remove(at: position)
                    case 1: bytes[position] = UInt8.random(in: 0...255, using: &random)
                    case 2: bytes.removeSubrange(position..<min(bytes.count, position + 20))
                    default: bytes.insert(contentsOf: (Self.splices.randomElement(using: &random) ?? "").utf8, at: position)
                    }
                    if bytes.isEmpty { bytes = [0x7b] }
                }
                let damaged = String(decoding: bytes, as: UTF8.self)
                guard let value = ConfigValue(json: damaged) else { continue }
                // What can be read can be written and read again.
                #expect(ConfigValue(json: value.json()) == value, "\(damaged)")
                let (object, violations) = ObjectReader.read(value)
                #expect(object != nil || !violations.isEmpty, "\(damaged)")
            }
        }
    }

    @Test(arguments: [Seeds.article, Seeds.destination, Seeds.generatedServiceEntry]) func `are refused, not crashed on`(text: String) {
        var random = Random(state: UInt64(text.utf8.count))
        for _ in 0..<Self.rounds {
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
