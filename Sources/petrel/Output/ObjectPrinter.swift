internal import MeshAPI

/// Prints objects as `kubectl get -o` does.
enum ObjectPrinter {
    static func text(of objects: [MeshObject], format: ObjectFormat) -> String {
        switch format {
        case .yaml:
            let documents = objects.map { $0.value.yaml() }
            return documents.map { $0.hasSuffix("\n") ? String($0.dropLast()) : $0 }.joined(separator: "\n---\n")
        case .json:
            if objects.count == 1 { return objects[0].value.json(pretty: true) }
            let list: OrderedFields = [
                "apiVersion": .string("v1"), "kind": .string("List"), "items": .array(objects.map(\.value)),
            ]
            return ConfigValue.object(list).json(pretty: true)
        }
    }
}
