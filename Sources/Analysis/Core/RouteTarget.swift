internal import MeshAPI

/// A destination of a VirtualService and where it is written.
struct RouteTarget {
    let destination: VirtualService.Destination?
    /// Path of the destination.
    let path: String
    /// Index of the HTTP rule; nil in `tls` and `tcp`.
    let httpRule: Int?
}

extension VirtualService {
    /// The destinations of all rules, mirrors left out.
    var routeTargets: [RouteTarget] {
        var targets: [RouteTarget] = []
        for (rule, route) in http.enumerated() {
            for (index, target) in route.route.enumerated() {
                targets.append(
                    RouteTarget(destination: target.destination, path: "spec.http[\(rule)].route[\(index)].destination", httpRule: rule))
            }
        }
        for (rule, route) in tls.enumerated() { targets += Self.targets(route.route, "spec.tls[\(rule)]") }
        for (rule, route) in tcp.enumerated() { targets += Self.targets(route.route, "spec.tcp[\(rule)]") }
        return targets
    }

    private static func targets(_ routes: [RouteDestination], _ path: String) -> [RouteTarget] {
        routes.enumerated().map { index, route in
            RouteTarget(destination: route.destination, path: "\(path).route[\(index)].destination", httpRule: nil)
        }
    }

    /// The destinations of mirrors.
    var mirrorTargets: [RouteTarget] {
        var targets: [RouteTarget] = []
        for (rule, route) in http.enumerated() {
            if let mirror = route.mirror {
                targets.append(RouteTarget(destination: mirror, path: "spec.http[\(rule)].mirror", httpRule: rule))
            }
            for (index, mirror) in route.mirrors.enumerated() {
                targets.append(
                    RouteTarget(destination: mirror.destination, path: "spec.http[\(rule)].mirrors[\(index)].destination", httpRule: rule))
            }
        }
        return targets
    }

    /// Whether it routes the traffic of sidecars.
    var appliesToMesh: Bool { gateways.isEmpty || gateways.contains("mesh") }
}
