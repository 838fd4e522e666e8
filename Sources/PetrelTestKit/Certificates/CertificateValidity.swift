public import Foundation

/// The time within which a certificate is valid.
public struct CertificateValidity: Sendable, Hashable {
    /// The first moment of validity.
    public var notBefore: Date

    /// The last moment of validity.
    public var notAfter: Date

    /// Creates a validity from its two ends.
    public init(notBefore: Date, notAfter: Date) {
        self.notBefore = notBefore
        self.notAfter = notAfter
    }

    /// From an hour ago until thirty days from now.
    public static var current: CertificateValidity {
        around(-3600, 30 * 86400)
    }

    /// Ended an hour ago.
    public static var expired: CertificateValidity { around(-86400, -3600) }

    /// Begins tomorrow.
    public static var notYetValid: CertificateValidity {
        around(86400, 30 * 86400)
    }

    private static func around(
        _ begin: TimeInterval, _ end: TimeInterval
    ) -> CertificateValidity {
        let now = Date()
        return CertificateValidity(
            notBefore: now.addingTimeInterval(begin),
            notAfter: now.addingTimeInterval(end))
    }
}
