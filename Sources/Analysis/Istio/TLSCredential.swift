internal import Foundation
internal import MeshAPI

/// A certificate chain and its key, read as far as it takes to see whether they can be used.
struct TLSCredential {
    private let certificates: [[UInt8]]

    /// Nil when the secret doesn't hold both.
    init?(_ secret: Secret) {
        func entry(_ names: String...) -> String? {
            for name in names {
                if let text = secret.stringData[name] { return text }
                if let text = secret.data[name], let data = Data(base64Encoded: text, options: .ignoreUnknownCharacters) {
                    return String(decoding: data, as: UTF8.self)
                }
            }
            return nil
        }
        guard let chain = entry("tls.crt", "cert"), let key = entry("tls.key", "key") else { return nil }
        certificates = PEM.blocks(in: chain).filter { $0.label == "CERTIFICATE" }.map(\.content)
        guard !certificates.isEmpty, PEM.blocks(in: key).contains(where: { $0.label.hasSuffix("PRIVATE KEY") }) else { return nil }
    }

    /// Whether every certificate is readable and in its time.
    func isUsable(at now: Date) -> Bool {
        certificates.allSatisfy { certificate in
            CertificateFields(certificate)?.notAfter.map { $0 > now } ?? false
        }
    }
}

/// PEM text.
enum PEM {
    static func blocks(in text: String) -> [(label: String, content: [UInt8])] {
        var blocks: [(String, [UInt8])] = []
        var label: String?
        var body = ""
        for line in text.split(whereSeparator: \.isNewline) {
            let line = line.trimmingCharacters(in: .whitespaces)
            if line.hasPrefix("-----BEGIN "), line.hasSuffix("-----") {
                label = String(line.dropFirst(11).dropLast(5))
                body = ""
            } else if line.hasPrefix("-----END "), let open = label {
                if let data = Data(base64Encoded: body) { blocks.append((open, Array(data))) }
                label = nil
            } else {
                body += line
            }
        }
        return blocks
    }
}
