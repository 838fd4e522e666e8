internal import MeshAPI

/// Reads kinds of objects that only this module looks into, from their
/// written form. What isn't there or has another type reads as absent.
struct ObjectFields {
    let value: ConfigValue?

    init(_ value: ConfigValue?) { self.value = value }

    /// The fields of an object that stand beside `metadata`.
    init(root object: MeshObject) { value = object.value }

    /// The fields of an object under `spec`.
    init(spec object: MeshObject) { value = object.value["spec"] }

    subscript(name: String) -> ObjectFields { ObjectFields(value?[name]) }

    var isPresent: Bool { value != nil && value != .null }

    var string: String { value?.string ?? "" }
    var bool: Bool? { value?.bool }
    var int: Int? { value?.int.map(Int.init) }
    var list: [ObjectFields] { (value?.array ?? []).map(ObjectFields.init) }
    var strings: [String] { (value?.array ?? []).compactMap(\.string) }

    var stringMap: [String: String] {
        guard let fields = value?.object else { return [:] }
        var map: [String: String] = [:]
        for field in fields { map[field.name] = field.value.string ?? "" }
        return map
    }
}
