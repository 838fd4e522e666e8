internal import DataPlane
internal import EnvoyAPI

/// The command line.
struct Options {
    var configuration = ""
    var concurrency: Int?
    var admin: String?
    var overrides = ResolveOverrides.none
    var resolvers: [String] = []
    var accessLog: AccessLogFormat?
    var drainSeconds = 10
    var serviceNode: String?
    var serviceCluster: String?
    var hotRestart: String?
    var validatesOnly = false
    var wantsHelp = false

    struct Failure: Error {
        var message: String
    }

    static let usage = """
        usage: petrel-proxy -c bootstrap.json [options]

          -c, --config-path FILE     Envoy bootstrap, as JSON: static_resources, dynamic_resources or both
              --concurrency N        worker threads; default: one for each core
              --admin HOST:PORT      admin endpoint; default: the bootstrap's
              --service-node ID      node id, where the bootstrap has none
              --service-cluster NAME node cluster, where the bootstrap has none
              --resolve H:P:A[:P]    host H, port P resolves to address A, as curl's; may be repeated
              --resolver ADDR[:PORT] DNS server; default: those of /etc/resolv.conf; may be repeated
              --access-log FORMAT    text or json, to standard output; default: none
              --drain-time-s N       most seconds for requests under way at the end; default 10
              --hot-restart PATH     Unix socket by which a process takes over from the one before
              --mode serve|validate  validate: look at the bootstrap and end; default serve

        """

    init(_ arguments: [String]) throws(Failure) {
        var rest = arguments[...]
        var resolve: [String] = []
        while let argument = rest.popFirst() {
            switch argument {
            case "-h", "--help": wantsHelp = true
            case "-c", "--config-path": configuration = try Self.value(argument, &rest)
            case "--concurrency":
                guard let number = Int(try Self.value(argument, &rest)), number > 0 else {
                    throw Failure(message: "--concurrency wants a number above 0")
                }
                concurrency = number
            case "--admin": admin = try Self.value(argument, &rest)
            case "--resolve":
                resolve.append(try Self.value(argument, &rest))
            case "--service-node": serviceNode = try Self.value(argument, &rest)
            case "--service-cluster": serviceCluster = try Self.value(argument, &rest)
            case "--hot-restart": hotRestart = try Self.value(argument, &rest)
            case "--mode":
                let mode = try Self.value(argument, &rest)
                guard mode == "serve" || mode == "validate" else { throw Failure(message: "--mode wants serve or validate") }
                validatesOnly = mode == "validate"
            case "--resolver": resolvers.append(try Self.value(argument, &rest))
            case "--access-log":
                guard let format = AccessLogFormat(rawValue: try Self.value(argument, &rest)) else {
                    throw Failure(message: "--access-log wants text or json")
                }
                accessLog = format
            case "--drain-time-s":
                guard let number = Int(try Self.value(argument, &rest)), number >= 0 else {
                    throw Failure(message: "--drain-time-s wants a number")
                }
                drainSeconds = number
            default: throw Failure(message: "unknown option \(argument)")
            }
        }
        do {
            overrides = try ResolveOverrides(resolve)
        } catch {
            throw Failure(message: "--resolve: \(error)")
        }
        if !wantsHelp, configuration.isEmpty { throw Failure(message: "-c bootstrap.json is missing") }
    }

    private static func value(_ name: String, _ rest: inout ArraySlice<String>) throws(Failure) -> String {
        guard let value = rest.popFirst() else { throw Failure(message: "\(name) wants a value") }
        return value
    }
}
