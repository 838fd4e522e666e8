import DiscoveryServer
import EnvoyAPI
import SwiftProtobuf

typealias DeltaRequest = Envoy_Service_Discovery_V3_DeltaDiscoveryRequest
typealias DeltaResponse = Envoy_Service_Discovery_V3_DeltaDiscoveryResponse
typealias WorldRequest = Envoy_Service_Discovery_V3_DiscoveryRequest
typealias WorldResponse = Envoy_Service_Discovery_V3_DiscoveryResponse

/// Resources of which only name and content matter.
func snapshot(
    clusters: [String: Int] = [:], endpoints: [String: Int] = [:], listeners: [String: Int] = [:],
    routes: [String: Int] = [:]
) throws -> ResourceSnapshot {
    ResourceSnapshot(
        ResourceSet(
            listeners: listeners.map { name, content in
                .with {
                    $0.name = name
                    $0.statPrefix = String(content)
                }
            },
            clusters: clusters.map { name, content in
                .with {
                    $0.name = name
                    $0.type = .eds
                    $0.altStatName = String(content)
                }
            },
            routes: routes.map { name, content in
                .with {
                    $0.name = name
                    $0.responseHeadersToRemove = [String(content)]
                }
            },
            endpoints: endpoints.map { name, content in
                .with {
                    $0.clusterName = name
                    $0.endpoints = [.with { $0.priority = UInt32(content) }]
                }
            }))
}

/// Actions in a line each, so that a dialogue reads as one.
func lines<Response: DiscoveryResponseMessage>(_ actions: [DiscoveryAction<Response>]) -> [String] {
    actions.map { action in
        switch action {
        case .send(let response as DeltaResponse):
            let names = response.resources.map { "+" + $0.name }
            let gone = response.removedResources.map { "-" + $0 }
            return ([short(response.typeURL), "#" + response.nonce] + names + gone)
                .joined(separator: " ")
        case .send(let response as WorldResponse):
            return ([short(response.typeURL), "#" + response.nonce] + names(response))
                .joined(separator: " ")
        case .send(let response):
            return "unknown \(response.typeURL)"
        case .acknowledged(let acknowledgement):
            return "ACK \(short(acknowledgement.typeURL.rawValue)) #\(acknowledgement.nonce)"
        case .rejected(let rejection):
            return "NACK \(short(rejection.typeURL.rawValue)) #\(rejection.nonce) "
                + rejection.resourceNames.joined(separator: ",") + ": " + rejection.message
        }
    }
}

/// A reference, so that expectations can call it.
final class Dialogue<Session: DiscoverySession> {
    private var session = Session()

    func handle(_ event: DiscoveryEvent<Session.Request>) -> [DiscoveryAction<Session.Response>] {
        session.handle(event)
    }
}

func names(_ response: WorldResponse) -> [String] {
    response.resources.map { any in
        switch EnvoyTypeURL(rawValue: response.typeURL) {
        case .cluster: (try? any.unpack(as: Envoy_Config_Cluster_V3_Cluster.self).name) ?? "?"
        case .listener: (try? any.unpack(as: Envoy_Config_Listener_V3_Listener.self).name) ?? "?"
        case .routeConfiguration:
            (try? any.unpack(as: Envoy_Config_Route_V3_RouteConfiguration.self).name) ?? "?"
        case .clusterLoadAssignment:
            (try? any.unpack(as: Envoy_Config_Endpoint_V3_ClusterLoadAssignment.self).clusterName)
                ?? "?"
        default: "?"
        }
    }
}

func short(_ typeURL: String) -> String {
    switch EnvoyTypeURL(rawValue: typeURL) {
    case .cluster: "CDS"
    case .clusterLoadAssignment: "EDS"
    case .listener: "LDS"
    case .routeConfiguration: "RDS"
    case .secret: "SDS"
    case .nameTable: "NDS"
    default: typeURL
    }
}

func ask(
    _ type: EnvoyTypeURL, _ names: String..., drop: [String] = [], nonce: String = "",
    have: [String: String] = [:], error: String? = nil
) -> DiscoveryEvent<DeltaRequest> {
    .request(
        .with {
            $0.typeURL = type.rawValue
            $0.resourceNamesSubscribe = names
            $0.resourceNamesUnsubscribe = drop
            $0.responseNonce = nonce
            $0.initialResourceVersions = have
            if let error { $0.errorDetail.message = error }
        })
}

func want(
    _ type: EnvoyTypeURL, _ names: String..., nonce: String = "", error: String? = nil
) -> DiscoveryEvent<WorldRequest> {
    .request(
        .with {
            $0.typeURL = type.rawValue
            $0.resourceNames = names
            $0.responseNonce = nonce
            if let error { $0.errorDetail.message = error }
        })
}

/// The same numbers for the same seed.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var result = state
        result = (result ^ (result >> 30)) &* 0xbf58_476d_1ce4_e5b9
        result = (result ^ (result >> 27)) &* 0x94d0_49bb_1331_11eb
        return result ^ (result >> 31)
    }
}
