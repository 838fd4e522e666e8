internal import Foundation
internal import Glibc

/// Says when anything below some paths may have changed.
///
/// Directories are watched rather than files, since editors save by renaming a
/// new file over the old one. What exactly changed is found by reading again.
public final class FileWatch: Sendable {
    /// One element for each burst of changes; elements that are not taken in
    /// time collapse into one.
    public let changes: AsyncStream<Void>
    private let descriptor: Int32
    private let stopper: (read: Int32, write: Int32)

    /// - Parameter paths: Files and directories.
    /// - Returns: nil when the kernel gives no inotify instance.
    public init?(paths: [String]) {
        let descriptor = inotify_init1(Int32(IN_NONBLOCK | IN_CLOEXEC))
        guard descriptor >= 0 else { return nil }
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else {
            close(descriptor)
            return nil
        }
        self.descriptor = descriptor
        self.stopper = (ends[0], ends[1])
        let (stream, continuation) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        changes = stream
        Self.watch(paths, with: descriptor)
        let stopRead = ends[0]
        let thread = Thread { Self.run(descriptor, stop: stopRead, paths: paths, continuation: continuation) }
        thread.name = "file-watch"
        thread.start()
    }

    deinit {
        // Closing the writing end wakes the thread, which closes the rest.
        close(stopper.write)
    }

    private static let mask = UInt32(IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_CREATE)

    private static func watch(_ paths: [String], with descriptor: Int32) {
        for directory in directories(paths) { inotify_add_watch(descriptor, directory, mask) }
    }

    private static func directories(_ paths: [String]) -> Set<String> {
        var found: Set<String> = []
        for path in paths where path != "-" {
            var isDirectory: ObjCBool = false
            let exists = FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory)
            guard exists, isDirectory.boolValue else {
                let parent = (path as NSString).deletingLastPathComponent
                found.insert(parent.isEmpty ? "." : parent)
                continue
            }
            found.insert(path)
            let real = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
            for name in FileManager.default.enumerator(atPath: real)?.allObjects ?? [] {
                guard let name = name as? String else { continue }
                let below = "\(path)/\(name)"
                if FileManager.default.fileExists(atPath: below, isDirectory: &isDirectory), isDirectory.boolValue {
                    found.insert(below)
                }
            }
        }
        return found
    }

    private static func run(_ descriptor: Int32, stop: Int32, paths: [String], continuation: AsyncStream<Void>.Continuation) {
        var waited = [
            pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0),
            pollfd(fd: stop, events: Int16(POLLIN), revents: 0),
        ]
        var buffer = [UInt8](repeating: 0, count: 64 * 1024)
        while true {
            guard poll(&waited, 2, -1) > 0 || errno == EINTR else { break }
            if waited[1].revents != 0 { break }
            guard waited[0].revents != 0 else { continue }
            while read(descriptor, &buffer, buffer.count) > 0 {}
            // A directory that was just made has to be watched as well; adding a
            // watch that exists already changes nothing.
            watch(paths, with: descriptor)
            continuation.yield()
        }
        continuation.finish()
        close(descriptor)
        close(stop)
    }
}
