/// The rules of metadata.
enum MetadataRules {
    private static let reserved: Set<String> = ["internal.istio.io/parents", "internal.istio.io/parent-namespace"]
    private static let alwaysReject = "internal.istio.io/webhook-always-reject"
    private static let dryRun = "istio.io/dry-run"

    static func check(_ object: MeshObject, _ context: ValidationContext) {
        context.inside("metadata") {
            checkNames(object, context)
            checkAnnotations(object, context)
            checkLabels(object.metadata.labels, context)
        }
    }

    private static func checkNames(_ object: MeshObject, _ context: ValidationContext) {
        let name = object.metadata.name
        if !name.isEmpty, !isSubdomain(name.lowercased()) {
            context.inside("name") {
                context.error(.invalidMetadata, "invalid name \"\(name)\"; write up to 253 lowercase letters, digits, hyphens and dots, with a letter or digit at both ends")
            }
        }
        let namespace = object.metadata.namespace
        for (field, text) in [("name", name), ("namespace", namespace)] where text != text.lowercased() {
            context.inside(field) {
                context.warn(.invalidMetadata, "\"\(text)\" has capital letters, which a Kubernetes cluster refuses; write \"\(text.lowercased())\"")
            }
        }
        if !namespace.isEmpty, !DomainName.isLabel(namespace) {
            context.inside("namespace") {
                context.error(.invalidMetadata, "invalid namespace \"\(namespace)\"; write up to 63 lowercase letters, digits and inner hyphens")
            }
        }
    }

    private static func isSubdomain(_ name: String) -> Bool {
        name.utf8.count <= 253 && name.split(separator: ".", omittingEmptySubsequences: false).allSatisfy(isUnboundedLabel)
    }

    /// Kubernetes bounds the whole name, not its labels.
    private static func isUnboundedLabel(_ part: Substring) -> Bool {
        guard let first = part.utf8.first, let last = part.utf8.last else { return false }
        return DomainName.isAlphanumeric(first) && DomainName.isAlphanumeric(last)
            && part.utf8.allSatisfy { DomainName.isAlphanumeric($0) || $0 == UInt8(ascii: "-") }
    }

    private static func checkLabels(_ labels: [String: String], _ context: ValidationContext) {
        context.each("labels", labels) { key, value in
            if !LabelText.isKey(key) { context.error(.invalidLabel, "invalid label name \"\(key)\"") }
            if !LabelText.isValue(value) {
                context.error(.invalidLabel, "invalid label value \"\(value)\"; write up to 63 letters, digits, hyphens, underscores and dots")
            }
        }
    }

    private static func checkAnnotations(_ object: MeshObject, _ context: ValidationContext) {
        guard object.group.hasSuffix("istio.io") else { return }
        let reference = object.reference
        context.each("annotations", object.metadata.annotations) { key, value in
            if key == alwaysReject {
                context.error(.reservedAnnotation, "\"\(key)\" annotation found, rejecting")
            } else if reserved.contains(key) {
                context.error(.reservedAnnotation, "\"\(key)\" annotation found, this may not be set by users")
            } else if key == dryRun {
                checkDryRun(value, object.spec, "\(reference.namespace)/\(reference.name)", context)
            }
        }
    }

    private static func checkDryRun(_ value: String, _ spec: ObjectSpec, _ name: String, _ context: ValidationContext) {
        guard case .authorizationPolicy(let policy) = spec else {
            context.error(.reservedAnnotation, "\(name) has unsupported annotation \(dryRun), please remove the annotation")
            return
        }
        if policy.action != .allow, policy.action != .deny {
            context.error(
                .reservedAnnotation,
                "the annotation \(dryRun) currently only supports action ALLOW/DENY, found action \(policy.action.rawValue) in \(name)")
        } else if !["1", "t", "T", "TRUE", "true", "True", "0", "f", "F", "FALSE", "false", "False"].contains(value) {
            context.error(.reservedAnnotation, "\(name) has annotation \(dryRun) with invalid value (\(value)); write \"true\" or \"false\"")
        }
    }
}
