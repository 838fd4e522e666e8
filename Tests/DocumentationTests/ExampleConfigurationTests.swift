import MeshAPI
import Testing

/// What a reader may copy must work.
struct ExampleConfigurationTests {
    static let pages = Repository.files(below: "docs", suffix: ".md").filter { !$0.hasPrefix("docs/violations/") }

    @Test(arguments: pages)
    func everyObjectOfAPageIsValid(path: String) throws {
        for block in try Page(path).blocks where block.language == "yaml" && block.text.hasPrefix("apiVersion") {
            expectValid(block.text, "\(path):\(block.line)", isMeant: true)
        }
    }

    /// `test.yaml` holds expectations, which the diagnostics' tests check.
    @Test(arguments: Repository.files(below: "Examples", suffix: ".yaml").filter { !$0.hasSuffix("/test.yaml") })
    func everyObjectOfAnExampleIsValid(path: String) throws {
        expectValid(try Repository.text(path), path, isMeant: true)
    }

    @Test func aMisspeltFieldIsFound() {
        let yaml = "apiVersion: networking.istio.io/v1\nkind: ServiceEntry\nmetadata: {name: a}\nspec: {host: [a.example.com]}\n"
        expectValid(yaml, "a.yaml", isMeant: false)
    }

    private func expectValid(_ yaml: String, _ place: String, isMeant: Bool) {
        let read = ObjectReader.read(yaml: yaml, file: place)
        let violations = read.violations + read.objects.flatMap(Validator.validate)
        let errors = violations.filter { $0.severity == .error }
        #expect(!read.objects.isEmpty, "\(place) holds no object")
        #expect(errors.isEmpty == isMeant, "\(place): \(errors)")
    }
}
