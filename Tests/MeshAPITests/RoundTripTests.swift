import MeshAPI
import Testing

@Suite struct `Every kind survives being written and read` {
    @Test(arguments: ObjectKind.all.map(\.kind)) func `as values`(name: String) throws {
        for kind in ObjectKind.all where kind.kind == name {
            for seed in 0..<40 as Range<UInt64> {
                let object = try randomObject(kind, seed: seed)
                let (again, violations) = ObjectReader.read(object.value)
                #expect(violations == [], "seed \(seed)")
                #expect(again == object, "seed \(seed)")
            }
        }
    }

    @Test(arguments: ObjectKind.all.map(\.kind)) func `as YAML and as JSON`(name: String) throws {
        for kind in ObjectKind.all where kind.kind == name {
            for seed in 100..<110 as Range<UInt64> {
                let object = try randomObject(kind, seed: seed)
                for text in [object.value.yaml(), object.value.json(), object.value.json(pretty: true)] {
                    let (objects, violations) = ObjectReader.read(yaml: text, file: "object")
                    #expect(violations == [], "seed \(seed)\n\(text)")
                    #expect(objects == [object], "seed \(seed)\n\(text)")
                }
            }
        }
    }

    private func randomObject(_ kind: ObjectKind, seed: UInt64) throws -> MeshObject {
        var random = RandomConfig(seed: seed)
        var fields: OrderedFields = ["apiVersion": .string(kind.preferredAPIVersion), "kind": .string(kind.kind), "metadata": ["name": "x"]]
        let content = random.value(of: kind.schema())
        switch kind.body {
        case .spec: fields["spec"] = content
        case .root: for field in content.object ?? [:] { fields[field.name] = field.value }
        }
        let (object, violations) = ObjectReader.read(.object(fields))
        #expect(violations == [], "seed \(seed)")
        return try #require(object)
    }
}
