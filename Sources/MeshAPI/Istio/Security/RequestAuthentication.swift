/// Says which tokens the requests to some workloads may carry.
public struct RequestAuthentication: ConfigFields {
    /// The workloads; all of the namespace when unset.
    public var selector: PolicyWorkloadSelector?
    /// The object that the policy is attached to; superseded by `targetRefs`.
    public var targetRef: PolicyTargetReference?
    /// The objects that the policy is attached to.
    public var targetRefs: [PolicyTargetReference] = []
    /// The tokens.
    public var jwtRules: [JWTRule] = []

    /// An empty message.
    public init() {}

    /// The fields of the specification.
    public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
        visitor.field("selector", &selector)
        visitor.field("targetRef", &targetRef)
        visitor.field("targetRefs", &targetRefs, .items(0...16))
        visitor.field("jwtRules", &jwtRules, .items(0...4096))
    }
}

extension RequestAuthentication {
    /// A token that requests may carry.
    public struct JWTRule: ConfigFields {
        /// Who issues the token.
        public var issuer: String = ""
        /// For whom the token is.
        public var audiences: [String] = []
        /// Where the issuer's keys are.
        public var jwksUri: String = ""
        /// The issuer's keys.
        public var jwks: String = ""
        /// The headers in which the token is.
        public var fromHeaders: [JWTHeader] = []
        /// The query parameters in which the token is.
        public var fromParams: [String] = []
        /// The cookies in which the token is.
        public var fromCookies: [String] = []
        /// The header that gets the token's claims.
        public var outputPayloadToHeader: String = ""
        /// Whether the token is forwarded.
        public var forwardOriginalToken: Bool = false
        /// The headers that get single claims.
        public var outputClaimToHeaders: [ClaimToHeader] = []
        /// How long fetching the keys may take.
        public var timeout: Duration?
        /// The claims that are lists separated by spaces.
        public var spaceDelimitedClaims: [String] = []

        /// An empty message.
        public init() {}

        /// The fields of the specification.
        public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
            visitor.field("issuer", &issuer)
            visitor.field("audiences", &audiences)
            visitor.field("jwksUri", &jwksUri, .length(0...2048))
            visitor.field("jwks", &jwks)
            visitor.field("fromHeaders", &fromHeaders)
            visitor.field("fromParams", &fromParams, .length(1...1048576))
            visitor.field("fromCookies", &fromCookies, .length(1...1048576))
            visitor.field("outputPayloadToHeader", &outputPayloadToHeader)
            visitor.field("forwardOriginalToken", &forwardOriginalToken)
            visitor.field("outputClaimToHeaders", &outputClaimToHeaders)
            visitor.field("timeout", &timeout)
            visitor.field("spaceDelimitedClaims", &spaceDelimitedClaims, .items(0...64).length(1...1048576))
        }
    }

    /// A header in which a token is.
    public struct JWTHeader: ConfigFields {
        /// The name.
        public var name: String = ""
        /// What comes before the token.
        public var prefix: String = ""

        /// An empty message.
        public init() {}

        /// The fields of the specification.
        public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
            visitor.field("name", &name, .required)
            visitor.field("prefix", &prefix)
        }
    }

    /// A header that gets a claim.
    public struct ClaimToHeader: ConfigFields {
        /// The name of the header.
        public var header: String = ""
        /// The name of the claim.
        public var claim: String = ""

        /// An empty message.
        public init() {}

        /// The fields of the specification.
        public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
            visitor.field("header", &header, .required)
            visitor.field("claim", &claim, .required)
        }
    }
}
