internal import Glibc

/// Finds programs the way a shell does.
public enum ExecutableSearch {
    /// The path of an executable file.
    ///
    /// - Parameters:
    ///   - name: A program name, or a path (taken as it is when it has a slash).
    ///   - extra: Directories searched after those of `PATH`; an ordinary user's
    ///     `PATH` often lacks `/usr/sbin`.
    /// - Returns: The first match, or nil.
    public static func path(of name: String, extra: [String] = []) -> String? {
        if name.contains("/") { return access(name, X_OK) == 0 ? name : nil }
        let path = getenv("PATH").map { String(cString: $0) } ?? "/usr/local/bin:/usr/bin:/bin"
        let directories = path.split(separator: ":").map(String.init) + extra
        return directories.lazy.map { "\($0)/\(name)" }.first { access($0, X_OK) == 0 }
    }
}
