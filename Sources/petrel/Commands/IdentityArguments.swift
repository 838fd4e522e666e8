internal import ArgumentParser
internal import LocalControl

/// Reads `--as` and `--label`.
enum IdentityArguments {
    static func workload(reference: String, labels: [String]) throws -> WorkloadIdentity {
        var pairs: [String: String] = [:]
        for text in labels {
            let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard parts.count == 2, !parts[0].isEmpty else {
                throw ValidationError("--label takes key=value, not \(text).")
            }
            pairs[parts[0]] = parts[1]
        }
        guard let workload = WorkloadIdentity(reference: reference, labels: pairs) else {
            throw ValidationError("--as takes NAMESPACE/SERVICEACCOUNT, not \(reference).")
        }
        return workload
    }
}
