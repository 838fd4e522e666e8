extension ObjectSpec {
    /// The message inside, or nil for a kind that isn't known.
    public var message: (any ConfigFields)? {
        switch self {
        case .serviceEntry(let spec): spec
        case .workloadEntry(let spec): spec
        case .virtualService(let spec): spec
        case .destinationRule(let spec): spec
        case .service(let spec): spec
        case .destination(let spec): spec
        case .virtualMesh(let spec): spec
        case .mesh(let spec): spec
        case .unknown: nil
        }
    }

    /// The content as it is written.
    public func encode() -> ConfigValue {
        if case .unknown(let value) = self { return value }
        return message?.encode() ?? .null
    }

    /// Where the content stands in an object.
    var body: ObjectKind.Body { objectKind?.body ?? .root }

    /// The kind whose content this is, or nil when it isn't known.
    public var objectKind: ObjectKind? {
        switch self {
        case .serviceEntry: .serviceEntry
        case .workloadEntry: .workloadEntry
        case .virtualService: .virtualService
        case .destinationRule: .destinationRule
        case .service: .service
        case .destination: .destination
        case .virtualMesh: .virtualMesh
        case .mesh: .mesh
        case .unknown: nil
        }
    }
}
