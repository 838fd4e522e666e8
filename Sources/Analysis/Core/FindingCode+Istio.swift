extension FindingCode {
    static let deprecatedField = FindingCode(
        "IST0002", "Deprecated", .warning, "A field still works, or no longer does, and has a successor.")
    static let referenceNotFound = FindingCode(
        "IST0101", "ReferencedResourceNotFound", .error, "The object names a host, port, subset, gateway, secret or workload that isn't there.")
    static let schemaError = FindingCode(
        "IST0106", "SchemaValidationError", .error, "The object breaks a rule of its kind and would be refused on admission.")
    static let misplacedAnnotation = FindingCode(
        "IST0107", "MisplacedAnnotation", .warning, "The annotation has no effect on this kind of object.")
    static let unknownAnnotation = FindingCode(
        "IST0108", "UnknownAnnotation", .warning, "No such annotation is defined.")
    static let conflictingMeshHosts = FindingCode(
        "IST0109", "ConflictingMeshGatewayVirtualServiceHosts", .error,
        "Several VirtualServices route the same host inside the mesh; only the oldest counts.")
    static let conflictingSidecarSelectors = FindingCode(
        "IST0110", "ConflictingSidecarWorkloadSelectors", .error, "Several Sidecars select one workload; only the oldest counts.")
    static let severalDefaultSidecars = FindingCode(
        "IST0111", "MultipleSidecarsWithoutWorkloadSelectors", .error, "A namespace has several Sidecars for all its workloads; only the oldest counts.")
    static let destinationPortRequired = FindingCode(
        "IST0112", "VirtualServiceDestinationPortSelectorRequired", .error, "The destination has several ports and the route says none.")
    static let portNameConvention = FindingCode(
        "IST0118", "PortNameIsNotUnderNamingConvention", .info, "The protocol of the port can't be read from its name and is guessed from the traffic.")
    static let invalidAnnotation = FindingCode(
        "IST0125", "InvalidAnnotation", .warning, "The annotation's value isn't one that it takes.")
    static let noMatchingWorkloads = FindingCode(
        "IST0127", "NoMatchingWorkloadsFound", .warning, "The policy's selector matches no workload.")
    static let noServerVerification = FindingCode(
        "IST0128", "NoServerCertificateVerificationDestinationLevel", .warning,
        "TLS is originated without caCertificates; the system's trusted roots are used.")
    static let noServerVerificationAtPort = FindingCode(
        "IST0129", "NoServerCertificateVerificationPortLevel", .warning,
        "TLS is originated on a port without caCertificates; the system's trusted roots are used.")
    static let unreachableRule = FindingCode(
        "IST0130", "VirtualServiceUnreachableRule", .warning, "Rules before this one take all its traffic.")
    static let ineffectiveMatch = FindingCode(
        "IST0131", "VirtualServiceIneffectiveMatch", .info, "A condition before this one takes all its traffic.")
    static let hostNotInGateway = FindingCode(
        "IST0132", "VirtualServiceHostNotFoundInGateway", .warning, "The gateway serves none of the VirtualService's hosts.")
    static let schemaWarning = FindingCode(
        "IST0133", "SchemaWarning", .warning, "The object is accepted and probably doesn't do what was meant.")
    static let addressesRequired = FindingCode(
        "IST0134", "ServiceEntryAddressesRequired", .warning, "A TCP port without an address takes all traffic of its number.")
    static let deprecatedAnnotation = FindingCode(
        "IST0135", "DeprecatedAnnotation", .info, "The annotation will go away.")
    static let alphaAnnotation = FindingCode(
        "IST0136", "AlphaAnnotation", .info, "The annotation belongs to an unfinished feature.")
    static let duplicateCertificate = FindingCode(
        "IST0138", "GatewayDuplicateCertificate", .warning,
        "Gateways of the same workload serve one certificate, so that clients reuse connections across hosts.")
    static let ineffectiveSubset = FindingCode(
        "IST0140", "IneffectiveSubset", .warning, "The subset of a VirtualService for the mesh doesn't apply at a gateway.")
    static let conflictingGateways = FindingCode(
        "IST0145", "ConflictingGateways", .error, "Gateways of the same workload serve the same host on the same port.")
    static let claimsWithoutAuthentication = FindingCode(
        "IST0149", "JwtClaimBasedRoutingWithoutRequestAuthN", .error, "Routing by claims needs a RequestAuthentication at the gateway.")
    static let externalNamePortName = FindingCode(
        "IST0150", "ExternalNameServiceTypeInvalidPortName", .warning, "The port of an ExternalName Service has a name that hides its protocol.")
    static let invalidGatewayCredential = FindingCode(
        "IST0161", "InvalidGatewayCredential", .error, "The gateway's secret holds no usable certificate and key.")
    static let gatewayPortNotOnService = FindingCode(
        "IST0162", "GatewayPortNotDefinedOnService", .warning, "The gateway's Service doesn't expose the port.")
    static let internalGateway = FindingCode(
        "IST0165", "ReferencedInternalGateway", .warning, "The VirtualService names a gateway that an implementation made for itself.")
    static let ineffectivePolicy = FindingCode(
        "IST0167", "IneffectivePolicy", .warning, "The policy applies to workloads that don't honour it.")
    static let negativeCondition = FindingCode(
        "IST0171", "NegativeConditionStatus", .warning, "The object's status says that something about it failed.")
    static let subsetWithoutPods = FindingCode(
        "IST0173", "DestinationRuleSubsetNotSelectPods", .error, "The subset's labels match no workload of the service.")
    static let unknownRuleHost = FindingCode(
        "IST0174", "UnknownDestinationRuleHost", .warning, "The DestinationRule's host is no service of the mesh.")
    static let conflictingProtocols = FindingCode(
        "IST0177", "ConflictingServiceEntryProtocol", .warning, "ServiceEntries declare one host and port with different protocols.")

    static let istio: [FindingCode] = [
        deprecatedField, referenceNotFound, schemaError, misplacedAnnotation, unknownAnnotation, conflictingMeshHosts,
        conflictingSidecarSelectors, severalDefaultSidecars, destinationPortRequired, portNameConvention, invalidAnnotation,
        noMatchingWorkloads, noServerVerification, noServerVerificationAtPort, unreachableRule, ineffectiveMatch, hostNotInGateway,
        schemaWarning, addressesRequired, deprecatedAnnotation, alphaAnnotation, duplicateCertificate, ineffectiveSubset,
        conflictingGateways, claimsWithoutAuthentication, externalNamePortName, invalidGatewayCredential, gatewayPortNotOnService,
        internalGateway, ineffectivePolicy, negativeCondition, subsetWithoutPods, unknownRuleHost, conflictingProtocols,
    ]
}
