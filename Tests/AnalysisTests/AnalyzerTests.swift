import MeshAPI
import Testing

@testable import Analysis

struct AnalyzerTests {
    private static let bogus = """
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata:
          name: api
          namespace: default
          annotations: {}
        spec:
          hosts: [api.example.com]
          http:
          - route:
            - destination:
                host: bogus.example.com
        """

    @Test func aDestinationThatNobodyDeclaresIsFoundWithItsLine() {
        let found = PetrelRuleTests.findings(Self.bogus).filter { $0.code == .referenceNotFound }
        #expect(found.map(\.message) == ["Referenced host not found: \"bogus.example.com\""])
        #expect(found.map(\.path) == ["spec.http[0].route[0].destination.host"])
        #expect(found.map(\.location) == [SourceLocation(file: "a.yaml", line: 12)])
        #expect(found.map(\.severity) == [.error])
    }

    @Test(arguments: [("IST0101", false), ("*", false), ("IST0001, IST0101", false), ("IST0134", true)])
    func anAnnotationSuppresses(codes: String, isReported: Bool) {
        let yaml = Self.bogus.replacing("{}", with: "{galley.istio.io/analyze-suppress: \"\(codes)\"}")
        #expect(PetrelRuleTests.findings(yaml).contains { $0.code == .referenceNotFound } == isReported)
    }

    @Test func aFaultyObjectIsAFindingAndHidesNoOther() {
        let broken = "apiVersion: networking.istio.io/v1\nkind: ServiceEntry\nmetadata: {name: a}\nspec: {hosts: [], resolution: DNS}\n---\n"
        let codes = Set(PetrelRuleTests.findings(broken + Self.bogus).map(\.code))
        #expect(codes.contains(.schemaError))
        #expect(codes.contains(.referenceNotFound))
    }

    @Test func theOrderOfObjectsDoesNotMatter() {
        let text = PetrelRuleCase.all.prefix(6).map { $0.doubtful.replacing("name: api", with: "name: \($0.code.lowercased())") }.joined()
        let objects = ObjectReader.read(yaml: text, file: "").objects
        let forth = Analyzer.analyze(objects: objects)
        let back = Analyzer.analyze(objects: objects.reversed())
        #expect(forth == back)
        #expect(!forth.isEmpty)
    }

    @Test func codesAreUniqueAndFindable() {
        #expect(Set(FindingCode.all.map(\.id)).count == FindingCode.all.count)
        #expect(FindingCode.find("IST0101") == .referenceNotFound)
        #expect(FindingCode.find("IST9999") == nil)
    }

    @Test func aReportKnowsItsWorst() {
        let report = FindingReport(PetrelRuleTests.findings(Self.bogus).filter { $0.severity == .error })
        #expect(report.reaches(.error))
        #expect(!FindingReport([]).reaches(.info))
        #expect(FindingReport([]).summary == "no findings")
        #expect(report.json.array?.first?["resource"]?.string == "VirtualService default/api")
    }
}
