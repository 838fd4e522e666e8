extension VirtualMesh {
    /// What the meshes trust.
    public struct MTLSConfig: ConfigFields {
        /// One root for all meshes.
        public var shared: SharedTrust?
        /// A root for each mesh; not supported by anyone yet.
        public var limited: ConfigValue = .null
        /// Whether pods are restarted when certificates change.
        public var autoRestartPods: Bool = false

        /// An empty message.
        public init() {}

        /// The fields of the specification.
        public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
            visitor.field("shared", &shared)
            visitor.field("limited", &limited)
            visitor.field("autoRestartPods", &autoRestartPods)
            visitor.oneOf(["shared", "limited"])
        }
    }

    /// One root of trust for all meshes.
    public struct SharedTrust: ConfigFields {
        /// The root.
        public var rootCertificateAuthority: RootCertificateAuthority?
        /// An authority outside, such as Vault; kept as it is.
        public var intermediateCertificateAuthority: ConfigValue = .null
        /// The certificates of the meshes.
        public var intermediateCertOptions: CertificateOptions?

        /// An empty message.
        public init() {}

        /// The fields of the specification.
        public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
            visitor.field("rootCertificateAuthority", &rootCertificateAuthority)
            visitor.field("intermediateCertificateAuthority", &intermediateCertificateAuthority)
            visitor.field("intermediateCertOptions", &intermediateCertOptions)
            visitor.oneOf(["rootCertificateAuthority", "intermediateCertificateAuthority"])
        }
    }

    /// The root of trust.
    public struct RootCertificateAuthority: ConfigFields {
        /// A root that is generated.
        public var generated: CertificateOptions?
        /// A root in a secret.
        public var secret: ObjectRef?

        /// An empty message.
        public init() {}

        /// The fields of the specification.
        public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
            visitor.field("generated", &generated)
            visitor.field("secret", &secret)
            visitor.oneOf(["generated", "secret"])
        }
    }

    /// How a certificate is generated.
    public struct CertificateOptions: ConfigFields {
        /// How many days it lives; 365 when 0.
        public var ttlDays: UInt32 = 0
        /// The size of its key; 4096 when 0.
        public var rsaKeySizeBytes: UInt32 = 0
        /// The organization it names; `gloo-mesh` when empty.
        public var orgName: String = ""
        /// The part of its life after which it is renewed.
        public var secretRotationGracePeriodRatio: Double = 0

        /// An empty message.
        public init() {}

        /// The fields of the specification.
        public mutating func fields<Visitor: FieldVisitor>(_ visitor: inout Visitor) {
            visitor.field("ttlDays", &ttlDays)
            visitor.field("rsaKeySizeBytes", &rsaKeySizeBytes)
            visitor.field("orgName", &orgName)
            visitor.field("secretRotationGracePeriodRatio", &secretRotationGracePeriodRatio)
        }
    }
}
