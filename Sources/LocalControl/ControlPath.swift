internal import Foundation
internal import Glibc

/// Where a running mesh listens for other `petrel` commands of the same user.
public struct ControlPath: Sendable, Equatable {
    public var path: String

    /// - Parameter path: A path given by the user; by default `control.sock` in
    ///   `$XDG_RUNTIME_DIR/petrel`, or in `/tmp/petrel-UID` where there is none.
    public init(_ path: String? = nil) {
        if let path {
            self.path = path
        } else if let runtime = ProcessInfo.processInfo.environment["XDG_RUNTIME_DIR"], !runtime.isEmpty {
            self.path = "\(runtime)/petrel/control.sock"
        } else {
            self.path = "/tmp/petrel-\(geteuid())/control.sock"
        }
    }

    /// The directory the socket lies in.
    public var directory: String {
        (path as NSString).deletingLastPathComponent
    }

    /// Makes the directory, for this user alone.
    ///
    /// - Throws: ``ControlError`` when it belongs to somebody else, or others may
    ///   write to it.
    public func prepareDirectory() throws(ControlError) {
        let directory = self.directory.isEmpty ? "." : self.directory
        if mkdir(directory, 0o700) == 0 { return }
        var information = stat()
        guard errno == EEXIST, lstat(directory, &information) == 0, information.st_mode & S_IFMT == S_IFDIR else {
            throw ControlError("The directory \(directory) can't be made: \(String(cString: strerror(errno))).")
        }
        guard information.st_uid == geteuid(), information.st_mode & 0o022 == 0 else {
            throw ControlError("The directory \(directory) is not this user's alone; name another with --control.")
        }
    }
}

/// Why commands could not talk to each other: one sentence.
public struct ControlError: Error, Sendable, Equatable, CustomStringConvertible {
    public var description: String

    public init(_ description: String) {
        self.description = description
    }
}
