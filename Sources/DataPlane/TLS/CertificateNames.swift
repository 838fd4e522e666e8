internal import CNIOBoringSSL
internal import CPetrelSystem
internal import Glibc
internal import TrafficModel

/// The subject alternative names of one certificate, and its issuer.
struct CertificateNames {
    private(set) var dns: [String] = []
    private(set) var uris: [String] = []
    private(set) var emails: [String] = []
    private(set) var addresses: [String] = []
    private(set) var issuer = ""
    private(set) var commonName = ""

    init(_ certificate: OpaquePointer) {
        issuer = Self.commonName(X509_get_issuer_name(certificate))
        commonName = Self.commonName(X509_get_subject_name(certificate))
        guard let raw = X509_get_ext_d2i(certificate, NID_subject_alt_name, nil, nil) else { return }
        let names = OpaquePointer(raw)
        defer { GENERAL_NAMES_free(names) }
        for index in 0..<sk_GENERAL_NAME_num(names) {
            guard let name = sk_GENERAL_NAME_value(names, index) else { continue }
            switch name.pointee.type {
            case GEN_DNS: if let text = Self.text(name.pointee.d.dNSName) { dns.append(text) }
            case GEN_URI: if let text = Self.text(name.pointee.d.uniformResourceIdentifier) { uris.append(text) }
            case GEN_EMAIL: if let text = Self.text(name.pointee.d.rfc822Name) { emails.append(text) }
            case GEN_IPADD: if let text = Self.address(name.pointee.d.iPAddress) { addresses.append(text) }
            default: continue
            }
        }
    }

    /// Who a client is: its first URI, else its first DNS name, else its
    /// subject, as Envoy's principals go.
    var identity: String { uris.first ?? dns.first ?? (commonName.isEmpty ? "" : "CN=\(commonName)") }

    /// At most eight names, for a sentence.
    var printable: [String] { Array((dns + addresses + uris + emails).prefix(8)) }

    /// Whether any name satisfies any matcher.
    /// `patterns` holds the regular expressions of the matchers.
    func satisfy(_ matchers: [TLSSettings.NameMatcher], _ patterns: [String: Pattern]) -> Bool {
        matchers.contains { matcher in
            let isAny = matcher.kind == .any
            func fits(_ name: String, isDNS: Bool) -> Bool {
                Self.matches(name, matcher.rule, patterns, ignoresCase: matcher.ignoresCase, isDNS: isDNS)
            }
            if isAny || matcher.kind == .dns, dns.contains(where: { fits($0, isDNS: true) }) {
                return true
            }
            var others: [String] = []
            if isAny || matcher.kind == .uri { others += uris }
            if isAny || matcher.kind == .email { others += emails }
            if isAny || matcher.kind == .address { others += addresses }
            return others.contains { fits($0, isDNS: false) }
        }
    }

    private static func matches(
        _ name: String, _ rule: TLSSettings.NameMatcher.Rule, _ patterns: [String: Pattern], ignoresCase: Bool,
        isDNS: Bool
    ) -> Bool {
        func text(_ text: String) -> String { ignoresCase ? text.lowercased() : text }
        return switch rule {
        case .exact(let wanted): isDNS ? covers(name, wanted) : text(name) == text(wanted)
        case .prefix(let part): text(name).hasPrefix(text(part))
        case .suffix(let part): text(name).hasSuffix(text(part))
        case .contains(let part): contains(text(name), text(part))
        case .regex(let pattern): patterns[pattern]?.matchesWhole(name) ?? false
        }
    }

    /// A certificate's `*.example.com` stands for one label.
    private static func covers(_ pattern: String, _ name: String) -> Bool {
        let pattern = pattern.lowercased()
        let name = name.lowercased()
        if pattern == name { return true }
        guard pattern.hasPrefix("*."), let dot = name.firstIndex(of: ".") else { return false }
        return name[dot...] == pattern.dropFirst()
    }

    private static func contains(_ text: String, _ part: String) -> Bool {
        let text = Array(text.utf8)
        let part = Array(part.utf8)
        guard !part.isEmpty else { return true }
        return petrel_find(text, text.count, part, part.count) != nil
    }

    private static func text(_ string: UnsafeMutablePointer<ASN1_IA5STRING>?) -> String? {
        guard let string, let data = ASN1_STRING_get0_data(string) else { return nil }
        let bytes = UnsafeBufferPointer(start: data, count: Int(ASN1_STRING_length(string)))
        // A NUL would let one reader see a shorter name than another.
        return bytes.contains(0) ? nil : String(decoding: bytes, as: UTF8.self)
    }

    private static func address(_ string: UnsafeMutablePointer<ASN1_OCTET_STRING>?) -> String? {
        guard let string, let data = ASN1_STRING_get0_data(string) else { return nil }
        let count = Int(ASN1_STRING_length(string))
        guard count == 4 || count == 16 else { return nil }
        var address = petrel_address()
        address.family = count == 4 ? 4 : 6
        withUnsafeMutableBytes(of: &address.octets) { $0.copyMemory(from: .init(start: data, count: count)) }
        var text = [CChar](repeating: 0, count: 64)
        guard petrel_address_format(&address, &text, 64) > 0 else { return nil }
        return Self.string(text)
    }

    private static func commonName(_ name: OpaquePointer?) -> String {
        guard let name else { return "" }
        var text = [CChar](repeating: 0, count: 256)
        guard X509_NAME_get_text_by_NID(name, NID_commonName, &text, Int32(text.count)) > 0 else { return "" }
        return string(text)
    }

    private static func string(_ text: [CChar]) -> String {
        String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
