public import MeshAPI

/// One thing that a new configuration does otherwise than the old one.
public struct BehaviourChange: Sendable, Hashable {
    /// What it is about: `requests to http://webserver/`.
    public var subject: String
    /// What became of it; nil when it was nothing of its own.
    public var before: String?
    /// What becomes of it; nil when it is nothing of its own any more.
    public var after: String?
    /// The proxies that behave otherwise.
    public var proxies: [String]

    /// The change in words.
    public var text: String {
        switch (before, after) {
        case (let before?, let after?): "\(subject) now \(after) instead of: \(before)"
        case (nil, let after?): "\(subject) now \(after); before, nothing said so"
        case (let before?, nil): "\(subject) no longer \(before)"
        case (nil, nil): subject
        }
    }

    /// An object with subject, before, after, proxies and text.
    public var json: ConfigValue {
        [
            "subject": .string(subject),
            "before": before.map { .string($0) } ?? .null,
            "after": after.map { .string($0) } ?? .null,
            "proxies": .strings(proxies),
            "text": .string(text),
        ]
    }
}
