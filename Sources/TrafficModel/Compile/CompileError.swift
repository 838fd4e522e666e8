/// Why a resource can't be compiled: the field and what is wrong with it.
struct CompileError: Error {
    var path: String
    var problem: String

    init(_ path: String, _ problem: String) {
        self.path = path
        self.problem = problem
    }

    /// The same, as part of a larger field.
    func under(_ prefix: String) -> CompileError {
        CompileError(path.isEmpty ? prefix : path.hasPrefix("[") ? prefix + path : "\(prefix).\(path)", problem)
    }

    var message: String { path.isEmpty ? problem : "\(path): \(problem)" }

    static func unsupported(_ path: String) -> CompileError {
        CompileError(path, "not supported")
    }
}

/// Runs `body`, saying in which field it failed.
func within<Result>(
    _ path: @autoclosure () -> String, _ body: () throws(CompileError) -> Result
) throws(CompileError) -> Result {
    do {
        return try body()
    } catch {
        throw error.under(path())
    }
}
