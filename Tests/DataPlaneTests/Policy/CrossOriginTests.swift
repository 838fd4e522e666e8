import Testing

@testable import DataPlane
@testable import TrafficModel

@Suite struct CrossOriginTests {
    /// Method, origin, method asked for, whether other preflights are sent on, outcome.
    static let table: [(String, String?, String?, Bool, CrossOrigin)] = [
        ("GET", nil, nil, true, .pass), ("GET", "", nil, true, .pass), ("GET", "https://a.example", nil, true, .allowed),
        ("GET", "https://b.example", nil, true, .pass), ("OPTIONS", "https://a.example", "PUT", true, .preflight),
        ("OPTIONS", "https://a.example", nil, true, .allowed), ("OPTIONS", "https://a.example", "", true, .allowed),
        ("OPTIONS", "https://b.example", "PUT", true, .pass),
        ("OPTIONS", "https://b.example", "PUT", false, .refusedPreflight),
        ("OPTIONS", "https://b.example", nil, false, .pass), ("POST", "https://b.example", "PUT", false, .pass),
    ]

    @Test(arguments: table)
    func tellsPreflightsFromRequests(
        method: String, origin: String?, wanted: String?, forwards: Bool, expected: CrossOrigin
    ) {
        let arena = Arena()
        var plan = CORSPlan()
        plan.origins = arena.single(StringMatcher(text: arena.text("https://a.example")))
        plan.forwardsUnmatchedPreflights = forwards
        var headers: [RequestText.Header] = []
        if let origin { headers.append(.init("Origin", origin)) }
        if let wanted { headers.append(.init("Access-Control-Request-Method", wanted)) }
        let request = RequestText(method: method, authority: "a", headers: headers)
        #expect(request.withView { CrossOrigin.decide($0, plan, random: 0) } == expected)
        plan.enabledPerMillion = 0
        #expect(request.withView { CrossOrigin.decide($0, plan, random: 0) } == .pass)
        withExtendedLifetime(arena) {}
    }
}
