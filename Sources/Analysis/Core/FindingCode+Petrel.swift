extension FindingCode {
    static let httpOnTLSPort = FindingCode(
        "PTR1001", "HTTPOnTLSPort", .warning, "HTTP is declared on port 443, where apps speak TLS.")
    static let doubleTLS = FindingCode(
        "PTR1002", "DoubleTLS", .warning, "TLS is originated on a port on which apps speak TLS already.")
    static let authorityMismatch = FindingCode(
        "PTR1003", "AuthorityMismatch", .warning, "A route rewrites the authority to another name than the host it goes to.")
    static let authorityMissing = FindingCode(
        "PTR1004", "AuthorityMissing", .warning, "A route sends an external service a host name that isn't its own.")
    static let originationToPlainPort = FindingCode(
        "PTR1005", "OriginationToPlainPort", .warning, "TLS is originated towards port 80, because the port has no targetPort.")
    static let hostDeclaredTwice = FindingCode(
        "PTR1006", "HostDeclaredTwice", .warning, "Several objects declare one host; this one has no or less effect than written.")
    static let portCaptured = FindingCode(
        "PTR1007", "PortCaptured", .warning, "A TCP port without an address takes all traffic of its number.")
    static let wideWildcard = FindingCode(
        "PTR1008", "WideWildcard", .warning, "A wildcard opens more than the names it covers.")
    static let nameNotVerified = FindingCode(
        "PTR1009", "NameNotVerified", .warning, "An explicit sni turns off the check of the server's name.")
    static let credentialIgnored = FindingCode(
        "PTR1010", "CredentialIgnored", .warning, "Sidecars ignore the credentialName and speak plaintext.")
    static let portSettingsDropTLS = FindingCode(
        "PTR1011", "PortSettingsDropTLS", .warning, "The settings of a port replace the rule's TLS with none.")
    static let ruleShadowed = FindingCode(
        "PTR1012", "RuleShadowed", .warning, "A DestinationRule of the clients' namespace replaces that of the service's owner.")
    static let hostInNoRegistry = FindingCode(
        "PTR1013", "HostInNoRegistry", .info, "A VirtualService routes a host that no service declares; it is reached on port 80 only.")
    static let upperCaseHost = FindingCode(
        "PTR1014", "UpperCaseHost", .warning, "The host has capitals, and requests arrive in lower case.")
    static let noWorkloads = FindingCode(
        "PTR1015", "NoWorkloads", .warning, "The ServiceEntry's selector selects nothing, so every request fails.")
    static let emptyOutboundPolicy = FindingCode(
        "PTR1016", "EmptyOutboundPolicy", .warning, "An outboundTrafficPolicy without a mode means REGISTRY_ONLY.")
    static let nameNeedsDNSCapture = FindingCode(
        "PTR1017", "NameNeedsDNSCapture", .info, "The host exists in no DNS but the mesh's, which only apps with DNS capture ask.")
    static let destinationHidden = FindingCode(
        "PTR1018", "DestinationHidden", .error, "The destination exists and isn't exported to the namespace of the route.")
    static let noCluster = FindingCode(
        "PTR1019", "NoCluster", .error, "A route leads to a subset or port that doesn't exist for its clients; requests get 503 NC.")
    static let portShared = FindingCode(
        "PTR1020", "PortShared", .warning, "Several TCP services without addresses share a port; only the oldest is reached.")

    static let petrel: [FindingCode] = [
        httpOnTLSPort, doubleTLS, authorityMismatch, authorityMissing, originationToPlainPort, hostDeclaredTwice, portCaptured,
        wideWildcard, nameNotVerified, credentialIgnored, portSettingsDropTLS, ruleShadowed, hostInNoRegistry, upperCaseHost,
        noWorkloads, emptyOutboundPolicy, nameNeedsDNSCapture, destinationHidden, noCluster, portShared,
    ]
}
