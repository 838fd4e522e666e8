internal import SwiftProtobuf

/// The messages of this module that can stand inside a `google.protobuf.Any`.
public enum EnvoyMessageRegistry {
    /// Makes every message known to the JSON coder. Without it, typed
    /// configuration can't be printed as JSON or read from it. Calling it again
    /// costs nothing.
    public static func register() {
        _ = once
    }

    /// Whether a message of this full protobuf name is known.
    public static func knows(messageName: String) -> Bool {
        register()
        return Google_Protobuf_Any.messageType(forMessageName: messageName) != nil
    }

    private static let once: Void = {
        for message in messages {
            Google_Protobuf_Any.register(messageType: message)
        }
    }()
}
