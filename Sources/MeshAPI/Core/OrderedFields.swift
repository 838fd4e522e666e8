/// The fields of an object in the order in which they were written; names are unique.
public struct OrderedFields: Sendable, RandomAccessCollection {
    /// One field.
    public typealias Element = (name: String, value: ConfigValue)

    private var storage: [Element]

    /// No fields.
    public init() { storage = [] }

    /// Fields whose names the caller knows to be unique.
    init(unique fields: [Element]) { storage = fields }

    /// The position of the first field.
    public var startIndex: Int { 0 }
    /// The position after the last field.
    public var endIndex: Int { storage.count }
    /// The field at a position.
    public subscript(position: Int) -> Element { storage[position] }

    /// The value of a field; setting nil removes the field, setting a new name appends it.
    public subscript(name: String) -> ConfigValue? {
        get { storage.first { $0.name == name }?.value }
        set {
            let index = storage.firstIndex { $0.name == name }
            switch (index, newValue) {
            case (let index?, let value?): storage[index].value = value
            case (let index?, nil): storage.remove(at: index)
            case (nil, let value?): storage.append((name, value))
            case (nil, nil): break
            }
        }
    }

    /// The fields ordered by the bytes of their names, as kubectl prints them.
    public var sorted: [Element] {
        storage.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    }
}

extension OrderedFields: ExpressibleByDictionaryLiteral {
    /// Fields in the order of the literal; the last of equal names wins.
    public init(dictionaryLiteral elements: (String, ConfigValue)...) {
        self.init()
        for (name, value) in elements { self[name] = value }
    }
}

extension OrderedFields: Equatable {
    /// Equal names have equal values; the order doesn't matter.
    public static func == (left: OrderedFields, right: OrderedFields) -> Bool {
        left.count == right.count && zip(left.sorted, right.sorted).allSatisfy { $0.name == $1.name && $0.value == $1.value }
    }
}
