/// What petrel-load reports about one measured window.
struct LoadReport: Codable, Sendable {
    struct Errors: Codable, Sendable {
        var status: Int
        var length: Int
        var framing: Int
        var closed: Int
        var notConnected: Int
        var notSent: Int

        var total: Int {
            status + length + framing + closed + notConnected + notSent
        }
    }

    struct Latency: Codable, Sendable {
        var p50: Double
        var p90: Double
        var p99: Double
        var p999: Double
        var max: Double
    }

    struct Usage: Codable, Sendable {
        var userSeconds: Double
        var systemSeconds: Double
        var residentKibBegin: Int
        var residentKibEnd: Int
        var residentKibPeak: Int
    }

    var seconds: Double
    var requests: Int
    var requestsPerSecond: Double
    var bytes: Int
    var errors: Errors
    var reconnects: Int
    var latencyUs: Latency
    var proxy: Usage
    var loadCpuSeconds: Double
    var cpuBusy: [Double]
}

/// What petrel-load reports about idle connections.
struct IdleReport: Codable, Sendable {
    var connections: Int
    var residentKibBefore: Int
    var residentKibAfter: Int
    var kibPerConnection: Double
}

/// One run of one case through one proxy.
struct Sample: Codable, Sendable {
    var bench: String
    var proxy: String
    var round: Int
    /// From the start of the process until it accepted a connection.
    var readySeconds: Double
    /// CPU it used until then.
    var readyCPUSeconds: Double
    /// Resident memory then.
    var readyResidentKiB: Int
    var load: LoadReport?
    var idle: IdleReport?

    /// Requests for each second of the proxy's CPU, user and system.
    var requestsPerCPUSecond: Double? {
        guard let load else { return nil }
        let cpu = load.proxy.userSeconds + load.proxy.systemSeconds
        return cpu > 0 ? Double(load.requests) / cpu : nil
    }
}
