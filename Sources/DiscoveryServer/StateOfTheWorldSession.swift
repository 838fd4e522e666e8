public import EnvoyAPI
internal import SwiftProtobuf

/// The older variant of xDS: a response to a wildcard request holds every
/// resource of the type.
public struct StateOfTheWorldSession: DiscoverySession {
    public typealias Request = Envoy_Service_Discovery_V3_DiscoveryRequest
    public typealias Response = Envoy_Service_Discovery_V3_DiscoveryResponse

    private var subscriptions: [EnvoyTypeURL: WorldSubscription] = [:]
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
            snapshot = resources
            return subscriptions.keys.sorted().flatMap { flush($0) }
        case .closed:
            isClosed = true
            subscriptions = [:]
            snapshot = nil
            return []
        }
    }

    private mutating func receive(_ request: Request) -> [DiscoveryAction<Response>] {
        let type = EnvoyTypeURL(rawValue: request.typeURL)
        guard var subscription = subscriptions[type], !request.responseNonce.isEmpty else {
            // The first request, or one after a reconnect. What another control
            // plane called its version says nothing.
            var subscription = WorldSubscription()
            if let earlier = subscriptions[type] {
                // A proxy whose wishes change before it has seen a response
                // knows no nonce. It will still answer what is on its way.
                subscription.lastNonce = earlier.lastNonce
                subscription.sent = earlier.sent
            }
            subscription.begin(type: type, names: request.resourceNames)
            subscriptions[type] = subscription
            return flush(type)
        }
        // The proxy hadn't seen the last response. It will answer that one, and
        // repeat there what it wants.
        guard request.responseNonce == subscription.lastNonce else { return [] }

        var actions: [DiscoveryAction<Response>] = []
        let sent = subscription.sent.take(nonce: request.responseNonce)
        if request.hasErrorDetail {
            if let sent {
                actions.append(
                    .rejected(
                        Rejection(
                            typeURL: type, nonce: sent.nonce, sentNames: sent.names,
                            status: request.errorDetail)))
            }
        } else if let sent {
            actions.append(
                .acknowledged(
                    Acknowledgement(typeURL: type, nonce: sent.nonce, version: sent.version)))
        }
        if request.resourceNames.isEmpty && !subscription.isWildcard {
            subscriptions[type] = nil
            return actions
        }
        subscription.change(to: request.resourceNames, isRefusal: request.hasErrorDetail)
        subscriptions[type] = subscription
        return actions + flush(type)
    }

    private mutating func flush(_ type: EnvoyTypeURL) -> [DiscoveryAction<Response>] {
        guard let snapshot,
            let resources = subscriptions[type]?.takeAnswer(from: snapshot[type])
        else { return [] }
        lastNonce += 1
        var response = Response()
        response.typeURL = type.rawValue
        response.nonce = String(lastNonce)
        response.versionInfo = snapshot[type].version
        response.resources = resources.map(\.body)
        subscriptions[type]?.lastNonce = response.nonce
        subscriptions[type]?.sent.append(
            SentResponses.Sent(
                nonce: response.nonce, version: response.versionInfo,
                names: resources.map(\.name)))
        // A proxy that warms what it just got asks again for what that refers
        // to, with the names it already asked for.
        for dependent in Self.dependents[type] ?? [] {
            subscriptions[dependent]?.expectsRepeat = true
        }
        return [.send(response)]
    }

    private static let dependents: [EnvoyTypeURL: [EnvoyTypeURL]] = [
        .cluster: [.clusterLoadAssignment, .secret],
        .listener: [.routeConfiguration, .secret, .extensionConfig],
    ]
}
