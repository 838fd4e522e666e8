/// Judges objects by the rules that Istio's admission webhook and schemas apply.
public enum Validator {
    /// Everything that is wrong with an object.
    ///
    /// - Returns: Errors, for which the object is refused, and warnings; empty when the object is fine.
    public static func validate(_ object: MeshObject) -> [Violation] {
        let context = ValidationContext(object: object.reference, source: object.source)
        context.inside("spec") { object.spec.message?.check(.none, context) }
        return context.violations
    }
}
