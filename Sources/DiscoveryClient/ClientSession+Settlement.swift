public import EnvoyAPI

extension ClientSession {
    /// Takes the data plane's verdict on the last response.
    ///
    /// - Parameter refused: What it refuses, and why, naming the field. For
    ///   those it keeps what it had.
    public mutating func settle(_ refused: [ResourceName: String]) -> Settlement {
        guard let pending, var state = types[pending.delivery.type] else { return refuseEverything() }
        self.pending = nil
        let type = pending.delivery.type
        var verdicts = pending.refused
        for (name, reason) in refused where name.typeURL == type && pending.candidates[name.name] != nil {
            verdicts[name.name] = RefusedResource(
                version: pending.candidates[name.name]?.version ?? "", reason: reason, received: pending.now)
        }
        for (listener, names) in pending.carriers {
            guard let reason = refused[.listener(listener)] else { continue }
            for name in names {
                verdicts[name] = RefusedResource(
                    version: pending.candidates[name]?.version ?? "", reason: "\(listener): \(reason)",
                    received: pending.now)
            }
        }
        for (name, held) in pending.candidates {
            state.answered.insert(name)
            expired.remove(ResourceName(typeURL: type, name: name))
            guard verdicts[name] == nil else { continue }
            state.refused[name] = nil
            if pending.complete.contains(name) {
                state.active[name] = held
                state.warming[name] = nil
            } else {
                state.warming[name] = held
            }
        }
        state.refused.merge(verdicts) { _, newer in newer }
        state.hasAnswer = true
        if verdicts.isEmpty {
            state.version = pending.delivery.version
            state.updates.accepted += 1
        } else {
            state.updates.refused += 1
        }
        types[type] = state
        nonces[type] = pending.delivery.nonce

        var answer = request(type)
        answer.nonce = pending.delivery.nonce
        answer.refusal = Self.text(verdicts)
        var settlement = follow(at: pending.now)
        settlement.requests.insert(answer, at: 0)
        for (name, verdict) in verdicts {
            settlement.refused[ResourceName(typeURL: type, name: name)] = verdict.reason
        }
        return settlement
    }

    /// The answer to a response of a type that nobody asked for.
    private mutating func refuseEverything() -> Settlement {
        guard let pending else { return Settlement() }
        self.pending = nil
        var answer = request(pending.delivery.type)
        answer.nonce = pending.delivery.nonce
        answer.refusal = Self.text(pending.refused)
        return Settlement(requests: [answer])
    }

    private static func text(_ verdicts: [String: RefusedResource]) -> String? {
        guard !verdicts.isEmpty else { return nil }
        return verdicts.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value.reason)" }.joined(separator: "; ")
    }

    // MARK: - What follows

    /// Puts in force what is complete, and asks for what is referred to.
    mutating func follow(at now: UInt64) -> Settlement {
        var settlement = Settlement()
        for type in [EnvoyTypeURL.cluster, .listener] {
            guard var state = types[type] else { continue }
            for (name, held) in state.warming.sorted(by: { $0.key < $1.key }) where isComplete(held.resource) {
                state.warming[name] = nil
                state.active[name] = held
                settlement.update.add(resolved(held.resource, with: nil))
            }
            types[type] = state
        }
        let wanted = referredNames()
        for type in DiscoveredResource.types {
            guard let state = types[type] else { continue }
            if state.wanted == nil {
                if let request = subscribeToAll(type) { settlement.requests.append(request) }
            } else {
                change(type, to: wanted[type] ?? [], at: now, &settlement)
            }
        }
        return settlement
    }

    private func referredNames() -> [EnvoyTypeURL: Set<String>] {
        var names: [EnvoyTypeURL: Set<String>] = [:]
        for type in [EnvoyTypeURL.cluster, .listener] {
            guard let state = types[type] else { continue }
            for held in [state.active, state.warming].flatMap(\.values) {
                for reference in held.resource.references where !configuration.fixed.contains(reference.name) {
                    names[reference.name.typeURL, default: []].insert(reference.name.name)
                }
            }
        }
        return names
    }

    /// Listeners are asked for when the clusters that they may refer to are there.
    private mutating func subscribeToAll(_ type: EnvoyTypeURL) -> SubscriptionRequest? {
        guard isConnected, let state = types[type], !state.isSubscribed else { return nil }
        if type == .listener, !state.hasAnswer, configuration.wildcards.contains(.cluster) {
            guard let clusters = types[.cluster], clusters.hasAnswer, clusters.warming.isEmpty else { return nil }
        }
        types[type]?.isSubscribed = true
        var request = request(type)
        request.heldVersions = state.heldVersions
        return request
    }

    private mutating func change(
        _ type: EnvoyTypeURL, to names: Set<String>, at now: UInt64, _ settlement: inout Settlement
    ) {
        guard var state = types[type], let had = state.wanted else { return }
        let dropped = had.subtracting(names)
        for name in dropped {
            if state.active.removeValue(forKey: name) != nil, type != .extensionConfig {
                settlement.update.removed.append(ResourceName(typeURL: type, name: name))
            }
            state.refused[name] = nil
            state.askedAt[name] = nil
            state.answered.remove(name)
            expired.remove(ResourceName(typeURL: type, name: name))
        }
        for name in names.subtracting(had) { state.askedAt[name] = now }
        state.wanted = names
        let isNew = !state.isSubscribed
        if isConnected, isNew ? !names.isEmpty : names != had {
            state.isSubscribed = true
            types[type] = state
            var request = request(type)
            request.subscribe = (isNew ? names : names.subtracting(had)).sorted()
            if isNew {
                request.heldVersions = state.heldVersions
            } else {
                request.unsubscribe = dropped.sorted()
                // Only the other protocol repeats what it answered last.
                if configuration.variant == .stateOfTheWorld { request.nonce = nonces[type] ?? "" }
            }
            settlement.requests.append(request)
        }
        types[type] = state
    }
}
