import EnvoyAPI
import SwiftProtobuf
import Testing

@testable import TrafficModel

struct HeaderMatcherTests {
    /// Matcher fields; whether lines `2` and `3`, one line `2,3`, and no line match. Seen with Envoy 1.40, in routes and in
    /// RBAC.
    static let table: [(String, Bool, Bool, Bool)] = [
        (#""stringMatch": {"exact": "2"}"#, true, false, false), (#""stringMatch": {"exact": "3"}"#, true, false, false),
        (#""stringMatch": {"exact": "2,3"}"#, false, true, false),
        (#""stringMatch": {"exact": "2"}, "invertMatch": true"#, false, true, false),
        (#""stringMatch": {"exact": "9"}, "invertMatch": true"#, true, true, false),
        (#""stringMatch": {"prefix": "3"}"#, true, false, false),
        (#""stringMatch": {"safeRegex": {"regex": "2.3"}}"#, false, true, false),
        (#""rangeMatch": {"start": 3, "end": 4}"#, true, false, false),
        (#""stringMatch": {"exact": ""}, "treatMissingHeaderAsEmpty": true"#, false, false, true),
        (#""stringMatch": {"exact": "2"}, "invertMatch": true, "treatMissingHeaderAsEmpty": true"#, false, true, true),
        (#""presentMatch": true"#, true, true, false), (#""presentMatch": false"#, false, false, true),
    ]

    @Test(arguments: table)
    func eachLineCountsByItself(fields: String, lines: Bool, oneLine: Bool, none: Bool) throws {
        let arena = Arena()
        let message = try EnvoyJSON.decode(
            Envoy_Config_Route_V3_HeaderMatcher.self, from: #"{"name": "x-a", \#(fields)}"#)
        let matcher = try MatcherCompiler(arena: arena).header(message, "")
        func matches(_ values: [String]) -> Bool {
            RequestText(authority: "h", headers: values.map { .init("X-A", $0) }).withView { matcher.matches($0) }
        }
        #expect(matches(["2", "3"]) == lines)
        #expect(matches(["2,3"]) == oneLine)
        #expect(matches([]) == none)
        withExtendedLifetime(arena) {}
    }
}
