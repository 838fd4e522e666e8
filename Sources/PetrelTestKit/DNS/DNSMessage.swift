/// A DNS message (RFC 1035 section 4), for tests: complete enough to speak
/// with real resolvers, strict about lengths, fatal about nothing.
public struct DNSMessage: Sendable, Hashable {
    /// The identifier that pairs answers with questions.
    public var identifier: UInt16 = 0
    /// QR: whether it is an answer.
    public var isResponse = false
    /// The kind of query; 0 is a standard one.
    public var opcode: UInt8 = 0
    /// AA: whether the answer is authoritative.
    public var isAuthoritative = false
    /// TC: whether the answer was cut to fit.
    public var isTruncated = false
    /// RD: whether recursion is asked for.
    public var wantsRecursion = false
    /// RA: whether recursion is on offer.
    public var offersRecursion = false
    /// The outcome.
    public var responseCode: DNSResponseCode = .noError
    /// The questions.
    public var questions: [DNSQuestion] = []
    /// The answers.
    public var answers: [DNSRecord] = []
    /// Records that point to an authority.
    public var authorities: [DNSRecord] = []
    /// Additional records, EDNS's OPT among them.
    public var additional: [DNSRecord] = []

    /// Creates an empty message.
    public init() {}

    /// Creates a query for one name.
    ///
    /// - Parameter payloadSize: The size of UDP answers it can take, sent in
    ///   an OPT record (RFC 6891); nil sends none.
    public static func query(
        _ name: String, _ type: DNSRecordType, identifier: UInt16,
        payloadSize: UInt16? = nil
    ) -> DNSMessage {
        var message = DNSMessage()
        message.identifier = identifier
        message.wantsRecursion = true
        message.questions = [DNSQuestion(name: name, type: type)]
        if let payloadSize {
            message.additional = [
                DNSRecord(name: "", type: .opt, class: payloadSize, ttl: 0,
                    data: .other([]))
            ]
        }
        return message
    }

    /// The size of UDP answers that the sender can take, if it said so.
    public var payloadSize: UInt16? {
        additional.first { $0.type == .opt }?.class
    }
}

/// What a DNS answer says about the outcome.
public struct DNSResponseCode: RawRepresentable, Sendable, Hashable {
    /// The number on the wire.
    public var rawValue: UInt8

    /// Creates a code from its number.
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// There is an answer, or the name exists without one (NODATA).
    public static let noError = DNSResponseCode(rawValue: 0)
    /// The query could not be read.
    public static let formatError = DNSResponseCode(rawValue: 1)
    /// The server failed.
    public static let serverFailure = DNSResponseCode(rawValue: 2)
    /// NXDOMAIN: the name does not exist.
    public static let nameError = DNSResponseCode(rawValue: 3)
    /// The server does not do this kind of query.
    public static let notImplemented = DNSResponseCode(rawValue: 4)
    /// The server refuses.
    public static let refused = DNSResponseCode(rawValue: 5)
}

/// The type of a DNS record or question.
public struct DNSRecordType: RawRepresentable, Sendable, Hashable {
    /// The number on the wire.
    public var rawValue: UInt16

    /// Creates a type from its number.
    public init(rawValue: UInt16) { self.rawValue = rawValue }

    /// An IPv4 address.
    public static let a = DNSRecordType(rawValue: 1)
    /// The name servers of a zone.
    public static let ns = DNSRecordType(rawValue: 2)
    /// Another name for this one.
    public static let cname = DNSRecordType(rawValue: 5)
    /// The beginning of a zone.
    public static let soa = DNSRecordType(rawValue: 6)
    /// The name of an address.
    public static let ptr = DNSRecordType(rawValue: 12)
    /// Text.
    public static let txt = DNSRecordType(rawValue: 16)
    /// An IPv6 address.
    public static let aaaa = DNSRecordType(rawValue: 28)
    /// The place of a service.
    public static let srv = DNSRecordType(rawValue: 33)
    /// EDNS options.
    public static let opt = DNSRecordType(rawValue: 41)
    /// HTTPS service binding.
    public static let https = DNSRecordType(rawValue: 65)
    /// Any type.
    public static let any = DNSRecordType(rawValue: 255)
}

/// A DNS question.
public struct DNSQuestion: Sendable, Hashable {
    /// The name, in the case it was asked in, without the final dot.
    public var name: String
    /// The type asked for.
    public var type: DNSRecordType
    /// The class; 1 is the internet.
    public var `class`: UInt16

    /// Creates a question.
    public init(name: String, type: DNSRecordType, class: UInt16 = 1) {
        self.name = name
        self.type = type
        self.class = `class`
    }
}

/// A DNS record.
public struct DNSRecord: Sendable, Hashable {
    /// What a record says.
    public enum Data: Sendable, Hashable {
        /// An address, IPv4 or IPv6.
        case address([UInt8])
        /// A name, for CNAME, NS and PTR.
        case name(String)
        /// Strings of text.
        case text([String])
        /// The place of a service.
        case service(
            priority: UInt16, weight: UInt16, port: UInt16, target: String)
        /// Anything else, as bytes.
        case other([UInt8])
    }

    /// The name it is about, without the final dot.
    public var name: String
    /// Its type.
    public var type: DNSRecordType
    /// Its class; 1 is the internet.
    public var `class`: UInt16
    /// How long it may be kept, in seconds.
    public var ttl: UInt32
    /// What it says.
    public var data: Data

    /// Creates a record.
    public init(
        name: String, type: DNSRecordType, class: UInt16 = 1, ttl: UInt32,
        data: Data
    ) {
        self.name = name
        self.type = type
        self.class = `class`
        self.ttl = ttl
        self.data = data
    }

    /// An A or AAAA record, by the kind of address; a text that is not an
    /// address gives an A record without data.
    public static func address(
        _ name: String, _ address: String, ttl: UInt32 = 60
    ) -> DNSRecord {
        let bytes = IPAddress.bytes(of: address) ?? []
        return DNSRecord(
            name: name, type: bytes.count == 16 ? .aaaa : .a, ttl: ttl,
            data: .address(bytes))
    }

    /// A CNAME record.
    public static func alias(
        _ name: String, to target: String, ttl: UInt32 = 60
    ) -> DNSRecord {
        DNSRecord(name: name, type: .cname, ttl: ttl, data: .name(target))
    }

    /// A TXT record.
    public static func text(
        _ name: String, _ strings: String..., ttl: UInt32 = 60
    ) -> DNSRecord {
        DNSRecord(name: name, type: .txt, ttl: ttl, data: .text(strings))
    }

    /// The address of an A or AAAA record as text.
    public var addressText: String? {
        guard case .address(let bytes) = data else { return nil }
        return IPAddress.text(of: bytes)
    }
}
