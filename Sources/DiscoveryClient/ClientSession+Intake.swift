internal import EnvoyAPI

extension ClientSession {
    /// A response between its arrival and the data plane's verdict.
    struct Pending: Sendable {
        var delivery: Delivery
        var now: UInt64
        /// What was decoded, by name.
        var candidates: [String: HeldResource] = [:]
        /// Those among them that are in force if they aren't refused.
        var complete: Set<String> = []
        /// What was refused before the data plane saw it.
        var refused: [String: RefusedResource] = [:]
        /// Filter configurations by the listener that shows whether they are good.
        var carriers: [String: Set<String>] = [:]
    }

    /// Takes a response: says what to do with it. ``settle(_:)`` must follow
    /// before the next one.
    public mutating func receive(_ delivery: Delivery, at now: UInt64) -> Intake {
        var pending = Pending(delivery: delivery, now: now)
        var intake = Intake()
        let type = delivery.type
        if types[type] != nil {
            decode(delivery, &pending)
            for (name, held) in pending.candidates.sorted(by: { $0.key < $1.key }) {
                if isComplete(held.resource) {
                    pending.complete.insert(name)
                    intake.apply.add(resolved(held.resource, with: pending))
                } else {
                    intake.check.add(resolved(held.resource, with: pending))
                }
            }
            if type == .extensionConfig { carry(&pending, &intake) }
            remove(delivery, pending, &intake)
        } else {
            pending.refused[""] = RefusedResource(
                version: delivery.version, reason: "type \(type) was never asked for", received: now)
        }
        self.pending = pending
        return intake
    }

    private func decode(_ delivery: Delivery, _ pending: inout Pending) {
        var seen: Set<String> = []
        for item in delivery.items where item.body != nil {
            func refuse(_ name: String, _ reason: String) {
                pending.candidates[name] = nil
                pending.refused[name] = RefusedResource(
                    version: item.version, reason: reason, received: pending.now)
            }
            let resource: DiscoveredResource
            do {
                resource = try DiscoveredResource(item, type: delivery.type)
            } catch {
                refuse(item.name, error.reason)
                continue
            }
            let name = delivery.type == .nameTable ? item.name : resource.ownName
            if name.isEmpty, delivery.type != .nameTable {
                refuse(name, "a resource without a name")
            } else if !seen.insert(name).inserted {
                refuse(name, "is there twice")
            } else if types[delivery.type]?.wanted?.contains(name) != false,
                !configuration.fixed.contains(ResourceName(typeURL: delivery.type, name: name))
            {
                // Anything else was on its way while this side lost interest.
                pending.candidates[name] = HeldResource(
                    resource: resource, version: item.version, received: pending.now)
            }
        }
    }

    /// Takes out what the control plane says is gone. Envoy doesn't let go of
    /// endpoints, routes and secrets as long as something refers to them.
    private mutating func remove(_ delivery: Delivery, _ pending: Pending, _ intake: inout Intake) {
        let type = delivery.type
        guard var state = types[type] else { return }
        var gone = Set(delivery.removed)
        if delivery.isEverything, state.wanted == nil {
            gone = Set(state.active.keys).union(state.warming.keys).union(state.refused.keys)
            gone.subtract(pending.candidates.keys)
            gone.subtract(pending.refused.keys)
        }
        state.answered.formUnion(gone)
        if state.wanted == nil {
            for name in gone.sorted() {
                state.warming[name] = nil
                state.refused[name] = nil
                guard state.active.removeValue(forKey: name) != nil else { continue }
                if type == .nameTable {
                    intake.apply.replacesNameTable = true
                } else {
                    intake.apply.removed.append(ResourceName(typeURL: type, name: name))
                }
            }
        }
        types[type] = state
    }

    // MARK: - Filter configurations (ECDS)

    /// A filter configuration is good if the listeners that use it are.
    private func carry(_ pending: inout Pending, _ intake: inout Intake) {
        for (name, held) in types[.listener]?.active ?? [:] {
            let used = Set(held.resource.references.map(\.name).filter { $0.typeURL == .extensionConfig }.map(\.name))
            let changed = used.intersection(pending.candidates.keys)
            guard !changed.isEmpty else { continue }
            pending.carriers[name] = changed
            intake.apply.add(resolved(held.resource, with: pending))
        }
    }

    /// A listener with its discovered filter configurations in their place.
    func resolved(_ resource: DiscoveredResource, with pending: Pending?) -> DiscoveredResource {
        guard case .listener(var listener) = resource, resource.references.contains(where: { $0.name.typeURL == .extensionConfig })
        else { return resource }
        listener.placeFilters { filter in
            let news = pending?.delivery.type == .extensionConfig ? pending?.candidates[filter] : nil
            guard case .extensionConfig(let config)? = (news ?? types[.extensionConfig]?.active[filter])?.resource else { return nil }
            return config.typedConfig
        }
        return .listener(listener)
    }
}
