internal import EnvoyAPI
internal import SwiftProtobuf

extension Google_Protobuf_Duration {
    /// Whole milliseconds; a positive duration is never less than one.
    var milliseconds: Int64 {
        let whole = seconds &* 1000 &+ Int64(nanos / 1_000_000)
        return whole == 0 && nanos > 0 ? 1 : whole
    }
}

extension Google_Protobuf_Any {
    /// The message inside, which must be of this type.
    func decoded<M: Message>(_ type: M.Type, _ path: String) throws(CompileError) -> M {
        do {
            return try unpack(as: type)
        } catch {
            throw CompileError(path, "does not hold a \(M.protoMessageName)")
        }
    }

    /// Full name of the message inside.
    var messageName: String {
        typeURL.split(separator: "/").last.map(String.init) ?? typeURL
    }
}

extension Envoy_Type_V3_FractionalPercent {
    /// The fraction of a million that this is.
    var perMillion: UInt32 {
        let value: UInt64 =
            switch denominator {
            case .hundred: UInt64(numerator) * 10_000
            case .tenThousand: UInt64(numerator) * 100
            case .million, .UNRECOGNIZED: UInt64(numerator)
            }
        return UInt32(Swift.min(value, 1_000_000))
    }
}

extension Envoy_Config_Core_V3_CidrRange {
    func range(_ path: String) throws(CompileError) -> AddressRange {
        guard let address = IPAddress(addressPrefix) else {
            throw CompileError("\(path).address_prefix", "\"\(addressPrefix)\" is not an IP address")
        }
        return AddressRange(address, prefixLength: Int(prefixLen.value))
    }
}

/// Hash of a message's content, the same for the same content in this process.
func fingerprint(_ message: some Hashable) -> UInt64 {
    UInt64(truncatingIfNeeded: message.hashValue)
}

extension Arena {
    /// A cluster by name.
    func reference(_ name: String) -> ClusterReference {
        let text = text(name)
        return ClusterReference(name: text, hash: ByteComparison.hash(text.buffer))
    }

    /// `nil` for a duration that isn't set or is zero.
    static func limit(_ duration: Google_Protobuf_Duration) -> Int64? {
        duration.milliseconds > 0 ? duration.milliseconds : nil
    }
}
