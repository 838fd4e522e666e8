/// One instruction of an access policy, in postfix order over a stack of bits.
struct AccessInstruction: BitwiseCopyable, Sendable {
    enum Operation: UInt8, BitwiseCopyable, Sendable {
        case any
        /// All (any, none) of the `count` results on top.
        case all, anyOf, not
        case header, path
        case destinationAddress, destinationPort
        case serverName
        case sourceAddress, directSourceAddress
        /// An authenticated peer whose identity matches; any identity without a matcher.
        case identity
        case never
    }

    /// Results an evaluation may hold at once; deeper rules are refused.
    static let maximumDepth = 64

    var operation: Operation
    var count: Int32 = 0
    var ports = PortRange(first: 0, last: 0)
    var range = FlatArray<AddressRange>()
    var header = FlatArray<HeaderMatcher>()
    var text = FlatArray<StringMatcher>()
}

extension AccessRules {
    /// Evaluates the rules for a connection (without `request`) or a request.
    public func evaluate(_ facts: ConnectionFacts, _ request: RequestView?) -> AccessVerdict {
        var verdict = AccessVerdict()
        if hasRules {
            verdict.policy = AccessRules.firstMatch(policies, facts, request)
            verdict.allowed = action.allows(matched: verdict.policy >= 0)
        }
        if hasShadowRules {
            verdict.shadowPolicy = AccessRules.firstMatch(shadowPolicies, facts, request)
            verdict.shadowAllowed = shadowAction.allows(matched: verdict.shadowPolicy >= 0)
        }
        return verdict
    }

    private static func firstMatch(
        _ policies: FlatArray<AccessPolicy>, _ facts: ConnectionFacts, _ request: RequestView?
    ) -> Int32 {
        var index = 0
        while index < policies.count {
            if matches(policies[index].program, facts, request) { return Int32(truncatingIfNeeded: index) }
            index &+= 1
        }
        return -1
    }

    private static func matches(
        _ program: FlatArray<AccessInstruction>, _ facts: ConnectionFacts, _ request: RequestView?
    ) -> Bool {
        var stack: UInt64 = 0
        var index = 0
        while index < program.count {
            let result: Bool
            switch program[index].operation {
            case .all, .anyOf:
                let count = UInt64(program[index].count)
                let mask: UInt64 = count >= 64 ? .max : 1 << count &- 1
                result = program[index].operation == .all ? stack & mask == mask : stack & mask != 0
                stack = count >= 64 ? 0 : stack >> count
            case .not:
                result = stack & 1 == 0
                stack >>= 1
            default:
                result = test(program[index], facts, request)
            }
            stack = stack << 1 | (result ? 1 : 0)
            index &+= 1
        }
        return stack & 1 == 1
    }

    private static func test(
        _ instruction: AccessInstruction, _ facts: ConnectionFacts, _ request: RequestView?
    ) -> Bool {
        switch instruction.operation {
        case .any: return true
        case .header:
            guard let request else { return false }
            return instruction.header[0].matches(request)
        case .path:
            guard let request else { return false }
            return instruction.text[0].matches(request[request.pathWithoutQuery])
        case .destinationAddress: return instruction.range[0].contains(facts.destinationAddress)
        case .destinationPort: return instruction.ports.contains(facts.destinationPort)
        case .serverName: return instruction.text[0].matches(facts.sni)
        case .sourceAddress: return instruction.range[0].contains(facts.sourceAddress)
        case .directSourceAddress: return instruction.range[0].contains(facts.directSourceAddress)
        case .identity:
            guard !facts.peerIdentity.isEmpty else { return false }
            return instruction.text.isEmpty || instruction.text[0].matches(facts.peerIdentity)
        case .all, .anyOf, .not, .never: return false
        }
    }
}

extension AccessRules.Action {
    fileprivate func allows(matched: Bool) -> Bool {
        switch self {
        case .allow: matched
        case .deny: !matched
        case .log: true
        }
    }
}
