import Foundation

/// The table of the differential suite: all files in `Cases`.
enum Table {
    static let directory = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Cases")

    /// All groups, or those whose name or a row's contains the text in the
    /// environment variable `PETREL_DIFFERENTIAL`.
    static let groups: [Group] = (try? read()) ?? []

    /// Rows that disagree although they should not: the identifier of the
    /// disagreement by row, or by group.
    static let disagreements: [String: String] = (try? readDisagreements()) ?? [:]

    static func readDisagreements() throws -> [String: String] {
        let file = directory.deletingLastPathComponent().appending(path: "disagreements.yaml")
        var result: [String: String] = [:]
        for entry in try Value(yaml: String(contentsOf: file, encoding: .utf8)).entries {
            for row in entry.value.items.compactMap(\.text) { result[row] = entry.key }
        }
        return result
    }

    static func read() throws -> [Group] {
        let files = try FileManager.default.contentsOfDirectory(at: directory, includingPropertiesForKeys: nil)
            .filter { $0.pathExtension == "yaml" }.sorted { $0.path < $1.path }
        let wanted = ProcessInfo.processInfo.environment["PETREL_DIFFERENTIAL"]
        var groups: [Group] = []
        for file in files {
            do {
                for item in try Value(yaml: String(contentsOf: file, encoding: .utf8)).items {
                    groups.append(try Group(item))
                }
            } catch {
                throw Group.Malformed(description: "\(file.lastPathComponent): \(error)")
            }
        }
        guard let wanted else { return groups }
        return groups.compactMap { group in
            if group.name.contains(wanted) { return group }
            var part = group
            part.cases = group.cases.filter { $0.id.contains(wanted) }
            return part.cases.isEmpty ? nil : part
        }
    }
}
