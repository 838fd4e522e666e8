internal import Foundation
internal import MeshAPI

/// A certificate chain and its key, read as far as it takes to see that they can be used.
struct TLSCredential {
    private let certificates: [[UInt8]]
    private let key: [UInt8]

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
        guard let private_ = PEM.blocks(in: key).first(where: { $0.label.hasSuffix("PRIVATE KEY") }), !certificates.isEmpty else { return nil }
        self.key = private_.content
    }

    /// Whether every certificate is readable and in its time, and the key is the first one's.
    func isUsable(at now: Date) -> Bool {
        for (index, certificate) in certificates.enumerated() {
            guard let fields = CertificateFields(certificate), let end = fields.notAfter, end > now else { return false }
            if index == 0, let modulus = fields.rsaModulus, !key.contains(run: modulus) { return false }
        }
        return true
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

extension [UInt8] {
    /// Whether the bytes of a run appear in a row.
    func contains(run: [UInt8]) -> Bool {
        guard let first = run.first, run.count <= count else { return run.isEmpty }
        var start = 0
        while let found = self[start...(count - run.count)].firstIndex(of: first) {
            if self[found..<(found + run.count)].elementsEqual(run) { return true }
            start = found + 1
            if start > count - run.count { return false }
        }
        return false
    }
}
