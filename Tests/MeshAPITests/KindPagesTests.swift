import Foundation
import MeshAPI
import Testing

private let folder = URL(filePath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
    .appending(path: "../../docs/reference/kinds").standardizedFileURL.path

/// The pages of the reference name every field of every kind.
@Suite(.enabled(if: FileManager.default.fileExists(atPath: folder))) struct `The reference` {
    @Test(arguments: ObjectKind.all.map(\.kind)) func `has every field`(kind: String) throws {
        let page = try String(contentsOfFile: "\(folder)/\(kind).md", encoding: .utf8)
        for kind in ObjectKind.all where page.hasPrefix("# \(kind.kind)\n") {
            #expect(page.contains("`\(kind.preferredAPIVersion)`"))
            for name in fieldNames(kind.schema()) {
                #expect(page.contains("`\(name)`") || page.contains("{\(name)}"), "\(kind.kind) lacks \(name)")
            }
        }
    }

    private func fieldNames(_ schema: FieldSchema) -> Set<String> {
        switch schema {
        case .array(let element), .map(let element, _): fieldNames(element)
        case .object(let object): object.fields.reduce(into: []) { $0.formUnion(fieldNames($1.schema).union([$1.name])) }
        default: []
        }
    }
}
