public import EnvoyAPI
internal import SwiftProtobuf

/// The incremental variant of xDS: only what changed is sent, and what is gone
/// is named.
public struct DeltaSession: DiscoverySession {
    public typealias Request = Envoy_Service_Discovery_V3_DeltaDiscoveryRequest
    public typealias Response = Envoy_Service_Discovery_V3_DeltaDiscoveryResponse

    private var subscriptions: [EnvoyTypeURL: DeltaSubscription] = [:]
    private var snapshot: ResourceSnapshot?
    private var lastNonce = 0
    private var isClosed = false

    /// A session at the start of a stream.
    public init() {}

    /// Takes what happened; gives what to do, in this order.
    public mutating func handle(_ event: DiscoveryEvent<Request>) -> [DiscoveryAction<Response>] {
        guard !isClosed else { return [] }
        switch event {
        case .request(let request):
            return receive(request)
        case .resources(let resources):
            return update(resources)
        case .closed:
            isClosed = true
            subscriptions = [:]
            snapshot = nil
            return []
        }
    }

    private mutating func receive(_ request: Request) -> [DiscoveryAction<Response>] {
        let type = EnvoyTypeURL(rawValue: request.typeURL)
        var actions: [DiscoveryAction<Response>] = []
        let isFirst = subscriptions[type] == nil
        var subscription = subscriptions[type] ?? DeltaSubscription()
        // An answer with a nonce that isn't waited for is stale. Its changes of
        // the subscription count all the same: they are sent only once.
        if let sent = subscription.sent.take(nonce: request.responseNonce) {
            if request.hasErrorDetail {
                actions.append(
                    .rejected(
                        Rejection(
                            typeURL: type, nonce: sent.nonce, sentNames: sent.names,
                            status: request.errorDetail)))
            } else {
                actions.append(
                    .acknowledged(
                        Acknowledgement(typeURL: type, nonce: sent.nonce, version: sent.version)))
            }
        }
        if isFirst {
            subscription.begin(
                type: type, names: request.resourceNamesSubscribe,
                heldVersions: request.initialResourceVersions)
        } else {
            subscription.subscribe(request.resourceNamesSubscribe)
        }
        subscription.unsubscribe(request.resourceNamesUnsubscribe)
        subscriptions[type] = subscription
        actions += flush(type, removals: true)
        return actions
    }

    /// Sends what changed, in push order. Clusters and endpoints that are gone
    /// are named last, when no route leads to them any more.
    private mutating func update(_ resources: ResourceSnapshot) -> [DiscoveryAction<Response>] {
        snapshot = resources
        var actions: [DiscoveryAction<Response>] = []
        let types = subscriptions.keys.sorted()
        for type in types {
            actions += flush(type, removals: !Self.removedLast.contains(type))
        }
        for type in types where Self.removedLast.contains(type) {
            actions += flush(type, removals: true)
        }
        return actions
    }

    private static let removedLast: [EnvoyTypeURL] = [.cluster, .clusterLoadAssignment]

    private mutating func flush(
        _ type: EnvoyTypeURL, removals: Bool
    ) -> [DiscoveryAction<Response>] {
        guard let snapshot, let difference = subscriptions[type]?.takeDifference(
            to: snapshot[type], removals: removals)
        else { return [] }
        lastNonce += 1
        var response = Response()
        response.typeURL = type.rawValue
        response.nonce = String(lastNonce)
        response.systemVersionInfo = snapshot[type].version
        response.resources = difference.resources.map { resource in
            .with {
                $0.name = resource.name
                $0.version = resource.version
                $0.resource = resource.body
            }
        }
        response.removedResources = difference.removed
        subscriptions[type]?.sent.append(
            SentResponses.Sent(
                nonce: response.nonce, version: response.systemVersionInfo,
                names: difference.resources.map(\.name) + difference.removed))
        var actions: [DiscoveryAction<Response>] = [.send(response)]
        if type == .cluster {
            actions += resendEndpoints(of: difference.resources)
        }
        return actions
    }

    /// A proxy that gets a changed cluster waits for its endpoints again, and
    /// doesn't ask for them, since it is subscribed already.
    private mutating func resendEndpoints(
        of clusters: [EncodedResource]
    ) -> [DiscoveryAction<Response>] {
        let names = clusters.compactMap(\.endpointsName)
        guard subscriptions[.clusterLoadAssignment]?.owe(heldAmong: names) == true else {
            return []
        }
        return flush(.clusterLoadAssignment, removals: false)
    }
}
