/// The command line of the benchmark.
struct Options {
    var rounds = 3
    var seconds = 3.0
    var warmup = 1.0
    var proxies = Proxy.standard
    var json: String?
    var markdown: String?
    var cases: [String] = []
    var isList = false

    static let usage = """
        usage: scripts/bench [option...] [case...]

          --rounds N        rounds, each proxy once in each (3)
          --seconds S       length of the measured window (3)
          --warmup S        time before it (1)
          --proxies A,B     of petrel, envoy, haproxy, nginx, direct
          --json FILE       every sample and the machine, as JSON
          --markdown FILE   the tables, as they are printed
          --list            the cases
          all               every case

        """

    init(_ arguments: [String]) throws {
        var rest = arguments[...]
        while let argument = rest.popFirst() {
            guard argument.hasPrefix("--") else {
                cases.append(argument)
                continue
            }
            if argument == "--list" {
                isList = true
                continue
            }
            guard let value = rest.popFirst() else {
                throw BenchError("\(argument) takes a value\n\n\(Self.usage)")
            }
            switch argument {
            case "--rounds": rounds = try Self.number(argument, value)
            case "--seconds": seconds = try Self.number(argument, value)
            case "--warmup": warmup = try Self.number(argument, value)
            case "--json": json = value
            case "--markdown": markdown = value
            case "--proxies":
                proxies = try value.split(separator: ",").map { name in
                    guard let proxy = Proxy(rawValue: String(name)) else {
                        throw BenchError("unknown proxy \(name)")
                    }
                    return proxy
                }
            default:
                throw BenchError("unknown option \(argument)\n\n\(Self.usage)")
            }
        }
        guard (1...100).contains(rounds), (0.1...120).contains(seconds),
            (0...60).contains(warmup)
        else { throw BenchError("rounds or seconds are out of range") }
    }

    /// The cases that were asked for.
    func selected() throws -> [BenchCase] {
        if cases.contains("all") { return BenchCase.all }
        return try (cases.isEmpty ? BenchCase.standard : cases).map { name in
            guard let bench = BenchCase.all.first(where: { $0.name == name })
            else { throw BenchError("unknown case \(name); see --list") }
            return bench
        }
    }

    private static func number<Number: LosslessStringConvertible>(
        _ name: String, _ value: String
    ) throws -> Number {
        guard let number = Number(value) else {
            throw BenchError("\(name) takes a number")
        }
        return number
    }
}
