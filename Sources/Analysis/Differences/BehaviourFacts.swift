internal import ConfigGeneration
internal import EnvoyAPI
internal import MeshAPI
internal import SwiftProtobuf

/// What a proxy does, as sentences of a subject and what becomes of it.
struct BehaviourFacts {
    /// What becomes of a subject.
    struct Fact: Equatable {
        /// In words.
        var words: String
        /// Settings that have no words of their own.
        var settings: ConfigValue
        /// Only its settings matter: that it comes or goes is said by others.
        var isBackground = false
    }

    private(set) var facts: [String: Fact] = [:]

    init(_ configuration: GeneratedConfiguration) {
        let resources = configuration.resources
        for (name, entry) in resources.nameTable.table {
            add("the DNS name \(name)", "is answered \(entry.ips.joined(separator: ", "))")
        }
        for route in resources.routes { RouteSentences.add(Self.tree(route), to: &self) }
        for listener in resources.listeners { ListenerSentences.add(Self.tree(listener), to: &self) }
        let assignments = Dictionary(
            resources.endpoints.map { ($0.clusterName, Self.tree($0)) }, uniquingKeysWith: { first, _ in first })
        for cluster in resources.clusters {
            ClusterSentences.add(Self.tree(cluster), endpoints: assignments[cluster.name], to: &self)
        }
        for secret in resources.secrets {
            // Their content must never be shown; whether it changed is all there is to say.
            add("the certificates of \(secret.name)", "have the fingerprint \(secret.hashValueText)")
        }
    }

    /// Adds a fact; a second one of the same subject is numbered.
    mutating func add(_ subject: String, _ words: String, _ settings: ConfigValue = .null, isBackground: Bool = false) {
        var name = subject
        var number = 2
        while facts[name] != nil {
            name = "\(subject) (rule \(number))"
            number += 1
        }
        facts[name] = Fact(words: words, settings: settings, isBackground: isBackground)
    }

    /// What is otherwise in `other`.
    func changes(to other: BehaviourFacts) -> [BehaviourChange] {
        Set(facts.keys).union(other.facts.keys).sorted().flatMap { subject -> [BehaviourChange] in
            let (before, after) = (facts[subject], other.facts[subject])
            if before == after { return [] }
            if before == nil || after == nil, (before ?? after)?.isBackground == true { return [] }
            if let before, let after, before.words == after.words {
                return SettingChanges.between(before.settings, after.settings).map {
                    BehaviourChange(subject: "\(subject): \($0.path)", before: $0.before, after: "is \($0.after)", proxies: [])
                }
            }
            return [BehaviourChange(subject: subject, before: before?.words, after: after?.words, proxies: [])]
        }
    }

    private static func tree(_ message: some Message) -> ConfigValue {
        (try? EnvoyJSON.encode(message)).flatMap { ConfigValue(json: $0) } ?? .null
    }
}

extension Envoy_Extensions_TransportSockets_Tls_V3_Secret {
    /// FNV-1a of the content: tells versions apart, gives nothing away.
    fileprivate var hashValueText: String {
        let bytes: [UInt8] = (try? serializedBytes()) ?? []
        let hash = bytes.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
        return String(hash, radix: 16)
    }
}
