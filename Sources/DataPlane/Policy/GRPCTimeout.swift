internal import TrafficModel

/// What a gRPC request says about its time limit (`grpc-timeout`, gRPC over HTTP/2).
struct GRPCTimeout: BitwiseCopyable, Equatable {
    /// Nil when it says nothing that can be read: no limit.
    var milliseconds: UInt64?

    /// Nil for a request that isn't gRPC.
    static func of(_ request: RequestView) -> GRPCTimeout? {
        guard let type = request.firstHeader("content-type"), isGRPC(request[type]) else { return nil }
        guard let value = request.firstHeader("grpc-timeout") else { return GRPCTimeout(milliseconds: nil) }
        return GRPCTimeout(milliseconds: parse(request[value]))
    }

    /// `application/grpc`, alone or followed by `+` or `;`.
    static func isGRPC(_ type: UnsafeBufferPointer<UInt8>) -> Bool {
        let name: StaticString = "application/grpc"
        let count = name.utf8CodeUnitCount
        guard type.count >= count else { return false }
        for index in 0..<count where type[index] != name.utf8Start[index] { return false }
        return type.count == count || type[count] == 0x2b || type[count] == 0x3b
    }

    /// At most eight digits and a unit; parts of a millisecond count as a whole one.
    static func parse(_ text: UnsafeBufferPointer<UInt8>) -> UInt64? {
        guard text.count >= 2, text.count <= 9, let unit = text.last else { return nil }
        var number: UInt64 = 0
        for byte in text.dropLast() {
            guard byte >= 0x30, byte <= 0x39 else { return nil }
            number = number * 10 + UInt64(byte - 0x30)
        }
        switch unit {
        case 0x48: return number * 3_600_000  // H
        case 0x4d: return number * 60_000  // M
        case 0x53: return number * 1000  // S
        case 0x6d: return number  // m
        case 0x75: return (number + 999) / 1000  // u
        case 0x6e: return (number + 999_999) / 1_000_000  // n
        default: return nil
        }
    }
}
