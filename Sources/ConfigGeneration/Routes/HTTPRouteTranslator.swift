internal import EnvoyAPI
internal import Foundation
internal import MeshAPI
internal import ServiceRegistry
internal import SwiftProtobuf

/// Translates the `http` rules of one VirtualService for one listener port.
struct HTTPRouteTranslator {
    let context: ProxyContext
    let rule: ResolvedVirtualService
    let port: Int
    /// The gateways asked for: `mesh`, or one `namespace/name`.
    let gateway: String
    let isTLS: Bool
    /// The port of a destination that names none, when its service decides it.
    let solePort: (String) -> Int?

    /// The routes in the order written, up to the first that takes all.
    func routes() -> [EnvoyRoute] {
        var routes: [EnvoyRoute] = []
        for route in rule.spec.http {
            if route.match.isEmpty {
                routes.append(translate(route, nil))
                return routes
            }
            for match in route.match where applies(match) {
                let translated = translate(route, match)
                routes.append(translated)
                if Self.takesAll(translated) { return routes }
            }
        }
        return routes
    }

    private func applies(_ match: VirtualService.HTTPMatchRequest) -> Bool {
        (match.gateways.isEmpty || match.gateways.contains(gateway))
            && (match.port == 0 || Int(match.port) == port)
            && context.matches(labels: match.sourceLabels, namespace: match.sourceNamespace)
    }

    private static func takesAll(_ route: EnvoyRoute) -> Bool {
        let match = route.match
        guard match.headers.isEmpty, match.queryParameters.isEmpty else { return false }
        switch match.pathSpecifier {
        case .prefix(let prefix)?, .pathSeparatedPrefix(let prefix)?: return prefix == "/"
        case .safeRegex(let expression)?: return expression.regex == "*"
        default: return false
        }
    }

    private func translate(_ source: VirtualService.HTTPRoute, _ match: VirtualService.HTTPMatchRequest?) -> EnvoyRoute {
        var route = EnvoyRoute()
        route.name = source.name
        if let name = match?.name, !name.isEmpty { route.name += "." + name }
        route.match = RouteMatching(usesPathElements: rule.hasGatewaySemantics).message(match)
        if let prefix = match?.statPrefix, !prefix.isEmpty { route.statPrefix = prefix }
        route.metadata = EnvoyMetadata(istio: [
            "config": EnvoyMetadata.config("virtual-service", namespace: rule.namespace, name: rule.name)
        ])
        if let redirect = source.redirect {
            route.redirect = RedirectTranslation(port: port, isTLS: isTLS).message(redirect)
        } else if let response = source.directResponse {
            route.directResponse = Self.directResponse(response)
        } else {
            applyDestinations(source, match, &route)
        }
        route.decorator.operation = operation(of: route)
        if let fault = source.fault.flatMap(FaultTranslation.message) {
            route.typedPerFilterConfig["envoy.filters.http.fault"] = fault.packed
        }
        if let cors = source.corsPolicy {
            route.typedPerFilterConfig["envoy.filters.http.cors"] = CorsTranslation.message(cors).packed
        }
        HeaderOperations(source.headers).apply(to: &route)
        return route
    }

    private static func directResponse(
        _ source: VirtualService.HTTPDirectResponse
    ) -> Envoy_Config_Route_V3_DirectResponseAction {
        var response = Envoy_Config_Route_V3_DirectResponseAction()
        response.status = source.status
        if let text = source.body?.string {
            response.body.inlineString = text
        } else if let encoded = source.body?.bytes {
            response.body.inlineBytes = Data(base64Encoded: encoded) ?? Data()
        }
        return response
    }

    /// What a trace calls the request: where it goes, and by which path.
    private func operation(of route: EnvoyRoute) -> String {
        let path =
            switch route.match.pathSpecifier {
            case .prefix(let prefix)?: prefix + "*"
            case .path(let path)?: path
            case .safeRegex(let expression)?: expression.regex
            default: "/*"
            }
        if case .route(let action)? = route.action, case .cluster(let cluster)? = action.clusterSpecifier,
            let target = Names.parse(cluster: cluster)
        {
            return "\(target.host):\(target.port)\(path)"
        }
        return "\(rule.name):\(port)\(path)"
    }
}
