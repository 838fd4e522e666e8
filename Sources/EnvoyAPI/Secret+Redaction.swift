internal import SwiftProtobuf

extension Envoy_Extensions_TransportSockets_Tls_V3_Secret {
    /// What stands in the place of a secret.
    public static var redactedText: String { "[redacted]" }

    /// The same secret without what must not be seen: private keys, passwords,
    /// session tickets and generic secrets. Certificates and file names stay.
    public var redacted: Self {
        var copy = self
        switch copy.type {
        case .tlsCertificate(var certificate):
            certificate.redact()
            copy.tlsCertificate = certificate
        case .sessionTicketKeys(var keys):
            for index in keys.keys.indices { keys.keys[index].redact() }
            copy.sessionTicketKeys = keys
        case .genericSecret(var generic):
            if generic.hasSecret { generic.secret.redact() }
            for name in generic.secrets.keys { generic.secrets[name]?.redact() }
            copy.genericSecret = generic
        case .validationContext, nil:
            break
        }
        return copy
    }
}

extension Envoy_Extensions_TransportSockets_Tls_V3_TlsCertificate {
    mutating func redact() {
        if hasPrivateKey { privateKey.redact() }
        if hasPassword { password.redact() }
        if hasPkcs12 { pkcs12.redact() }
    }
}

extension Envoy_Config_Core_V3_DataSource {
    mutating func redact() {
        switch specifier {
        case .inlineBytes, .inlineString:
            inlineString = Envoy_Extensions_TransportSockets_Tls_V3_Secret.redactedText
        case .filename, .environmentVariable, nil:
            break
        }
    }
}

extension ResourceSet: CustomStringConvertible, CustomDebugStringConvertible {
    /// How many resources there are of each kind. The content isn't printed: a
    /// set holds secrets.
    public var description: String {
        """
        \(clusters.count) clusters, \(endpoints.count) endpoint sets, \
        \(listeners.count) listeners, \(routes.count) route configurations, \
        \(secrets.count) secrets, \(nameTable.table.count) names
        """
    }

    public var debugDescription: String { description }
}
