internal import EnvoyAPI

/// Istio's name table to ``NameTable``, with the names that Istio's agent adds.
struct NameTableCompiler {
    let arena: Arena
    let environment: NameTable.Environment

    func compile(_ message: Istio_Networking_Nds_V1_NameTable) -> NameTable {
        var entries: [NameTable.Entry] = []
        var taken: [String: Int] = [:]
        var aliases: [(name: String, target: Int)] = []
        let search = environment.searchDomains.first.map { $0.lowercased().hasSuffix(".") ? String($0.dropLast()) : $0 }
        for (host, info) in message.table.sorted(by: { $0.key < $1.key }) {
            let addresses = info.ips.compactMap { IPAddress($0) }
            guard !addresses.isEmpty else { continue }
            let v4 = arena.array(addresses.filter(\.isIPv4))
            let v6 = arena.array(addresses.filter { !$0.isIPv4 })
            let names = names(of: host, info)
            for name in names {
                let entry = NameTable.Entry(name: arena.text(name), v4: v4, v6: v6, target: -1)
                if let index = taken[name] {
                    entries[index] = entry
                } else {
                    taken[name] = entries.count
                    entries.append(entry)
                }
                if let search, let target = taken[name] {
                    aliases.append(("\(name).\(search.lowercased())", target))
                }
            }
        }
        // A name of its own is never hidden by one made with a search domain.
        for alias in aliases where taken[alias.name] == nil {
            taken[alias.name] = entries.count
            entries.append(
                NameTable.Entry(name: arena.text(alias.name), v4: FlatArray(), v6: FlatArray(), target: Int32(alias.target)))
        }
        return NameTable(entries, in: arena)
    }

    private func names(of host: String, _ info: Istio_Networking_Nds_V1_NameTable.NameInfo) -> [String] {
        let host = host.lowercased()
        var names = [host]
        let domain = environment.domain.lowercased()
        guard info.registry == "Kubernetes", !domain.isEmpty, host.hasSuffix(".\(domain)") else { return names }
        let short = "\(info.shortname).\(info.namespace)".lowercased()
        names.append(short)
        if info.namespace == environment.namespace { names.append(info.shortname.lowercased()) }
        var suffix = ""
        for label in domain.split(separator: ".") {
            suffix += ".\(label)"
            names.append(short + suffix)
        }
        var seen = Set<String>()
        return names.filter { seen.insert($0).inserted }
    }
}
