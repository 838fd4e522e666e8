import Foundation
import MeshAPI
import Testing

/// Nobody should have to guess whether a field does something.
struct ReferenceTests {
    /// Kinds whose page section names every field.
    static let described = ["ServiceEntry", "WorkloadEntry", "VirtualService", "DestinationRule", "Sidecar", "Gateway", "AuthorizationPolicy"]

    @Test(arguments: described)
    func everyFieldOfAKindIsNamed(kind: String) throws {
        let found = try #require(ObjectKind.all.first { $0.kind == kind && $0.group.hasSuffix("istio.io") })
        let section = try #require(try Page("docs/reference/istio.md").section(kind))
        let named = Self.words(section.lines)
        for field in Self.leaves(found.schema()) where !named.contains(field) {
            Issue.record("docs/reference/istio.md, \(kind): \(field) is not mentioned")
        }
    }

    @Test func everyKindIsNamed() throws {
        let pages = try Repository.text("docs/reference/istio.md") + Repository.text("docs/reference/gloo-mesh.md")
        for kind in ObjectKind.all { #expect(pages.contains("`\(kind.kind)`") || pages.contains("## \(kind.kind)\n"), "\(kind.kind)") }
    }

    /// The names in code spans, taken apart: `a[].b.c` names a, b and c.
    private static func words(_ lines: [String]) -> Set<String> {
        var words: Set<String> = []
        for line in lines {
            for (index, part) in line.split(separator: "`", omittingEmptySubsequences: false).enumerated() where index % 2 == 1 {
                words.formUnion(part.split { !$0.isLetter && !$0.isNumber && $0 != "_" }.map(String.init))
            }
        }
        return words
    }

    /// The names of the fields that hold no further fields, and of those that hold a type of the other kinds.
    private static func leaves(_ schema: FieldSchema, depth: Int = 0) -> Set<String> {
        switch schema {
        case .array(let element): return leaves(element, depth: depth)
        case .object(let object):
            // Policies nest in themselves by subsets and ports; their fields are the same ones.
            guard depth < 8 else { return [] }
            var names: Set<String> = []
            for field in object.fields {
                let inner = isTerminal(object.name, field) ? [] : leaves(field.schema, depth: depth + 1)
                if inner.isEmpty { names.insert(field.name) } else { names.formUnion(inner) }
            }
            return names
        default: return []
        }
    }

    /// Fields whose inside is described once, elsewhere, or has no names of its own.
    private static func isTerminal(_ owner: String, _ field: ObjectSchema.Field) -> Bool {
        switch (owner, field.name) {
        case ("ServiceEntry", "endpoints"), ("IngressListener", _), ("Sidecar", "inboundConnectionPool"), ("ServerTLSSettings", "tlsCertificates"):
            true
        default: false
        }
    }
}
