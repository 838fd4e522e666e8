import EnvoyAPI
import Foundation
import SwiftProtobuf
import Testing

@testable import TrafficModel

/// Resources made by another control plane, when a directory of them is given.
@Suite(.enabled(if: ProcessInfo.processInfo.environment["PETREL_CONFORMANCE"] != nil))
struct ConformanceTests {
    @Test func everyResourceOfTheExamplesIsTaken() throws {
        let root = try #require(ProcessInfo.processInfo.environment["PETREL_CONFORMANCE"]) + "/xds"
        for name in try FileManager.default.contentsOfDirectory(atPath: root).sorted() {
            let data = try #require(FileManager.default.contents(atPath: "\(root)/\(name)/xds.json"))
            let tree = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
            for proxy in try #require(tree["proxies"] as? [[String: Any]]) {
                var resources = ResourceSet()
                resources.listeners = try decode(proxy["listeners"])
                resources.clusters = try decode(proxy["clusters"])
                resources.routes = try decode(proxy["routes"])
                resources.endpoints = try decode(proxy["endpoints"])
                let (tables, rejections) = TrafficTables.compile(resources)
                #expect(rejections.isEmpty, "\(name): \(rejections)")
                #expect(tables.listeners.count == resources.listeners.count)
            }
        }
    }

    private func decode<M: Message>(_ list: Any?) throws -> [M] {
        try (list as? [Any] ?? []).map {
            let data = try JSONSerialization.data(withJSONObject: $0)
            return try EnvoyJSON.decodeLeniently(M.self, from: String(decoding: data, as: UTF8.self))
        }
    }
}
