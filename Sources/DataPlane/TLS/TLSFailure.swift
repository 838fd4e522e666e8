/// Why a TLS handshake with an upstream or a client failed.
struct TLSFailure: Error, Sendable, Equatable {
    enum Kind: UInt8, Sendable, Equatable {
        case certificateExpired
        case certificateNotYetValid
        case certificateSelfSigned
        case certificateUnknownIssuer
        case certificateWrongName
        case certificateRevoked
        case certificateRejected
        /// A client showed none where one is required.
        case certificateMissing
        case protocolError
        case refused
        case closed
        case timedOut
        case configuration
    }

    var kind: Kind
    /// The library's words, for what has no kind of its own.
    var detail: String
    /// The names in the certificate the peer showed.
    var presented: [String] = []
    /// Who issued it.
    var issuer: String = ""

    /// One sentence for a person; `wanted` is the name that was asked for.
    func sentence(wanted: String) -> String {
        let shown = presented.isEmpty ? "" : " Its certificate is for \(presented.joined(separator: ", "))."
        switch kind {
        case .certificateExpired: return "The certificate of \(wanted) has expired (\(detail)).\(shown)"
        case .certificateNotYetValid: return "The certificate of \(wanted) is not valid yet (\(detail)).\(shown)"
        case .certificateSelfSigned:
            return "The certificate of \(wanted) is self-signed and not among the trusted ones.\(shown)"
        case .certificateUnknownIssuer:
            let by = issuer.isEmpty ? "" : " (issued by \(issuer))"
            return "The certificate of \(wanted) comes from an unknown issuer\(by).\(shown)"
        case .certificateWrongName:
            return "The certificate does not carry the name wanted: \(wanted).\(shown)"
        case .certificateRevoked: return "The certificate of \(wanted) is revoked.\(shown)"
        case .certificateRejected: return "The certificate of \(wanted) was rejected: \(detail).\(shown)"
        case .certificateMissing: return "\(wanted) showed no certificate, and one is required."
        case .protocolError: return "The TLS handshake with \(wanted) failed: \(detail)."
        case .refused: return "\(wanted) refused the TLS handshake: \(detail)."
        case .closed: return "\(wanted) closed the connection during the TLS handshake."
        case .timedOut: return "The TLS handshake with \(wanted) took too long."
        case .configuration: return "The TLS settings for \(wanted) can't be used: \(detail)."
        }
    }
}
