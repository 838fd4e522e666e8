internal import MeshAPI
internal import ServiceRegistry

/// The addresses that hosts were given before, carried over as Istio keeps them:
/// in the ServiceEntry's `status.addresses`.
struct AddressLeases {
    private let statuses: [ObjectReference: ConfigValue]

    /// - Parameter snapshot: The registry before; nil when there was none.
    init(_ snapshot: MeshSnapshot?) {
        var entries: [ObjectReference: [ConfigValue]] = [:]
        for address in snapshot?.allocatedAddresses() ?? [] {
            for value in [address.ipv4, address.ipv6] {
                entries[address.origin, default: []].append(
                    .object(["host": .string(address.host), "value": .string(value)]))
            }
        }
        statuses = entries.mapValues { .object(["addresses": .array($0)]) }
    }

    /// The object with its leases, unless it brings a status of its own.
    func renewed(_ object: MeshObject) -> MeshObject {
        guard object.status == nil, let status = statuses[object.reference] else { return object }
        var object = object
        object.status = status
        return object
    }
}
