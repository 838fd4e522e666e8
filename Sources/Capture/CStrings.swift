internal import Glibc

/// C strings and a NULL-ended array of them that live as long as this value,
/// for the time between fork and exec, when nothing may be allocated.
final class CStrings {
    let pointer: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>
    private let count: Int

    init(_ strings: [String]) {
        count = strings.count
        pointer = .allocate(capacity: strings.count + 1)
        for (index, string) in strings.enumerated() {
            (pointer + index).initialize(to: strdup(string))
        }
        (pointer + count).initialize(to: nil)
    }

    subscript(index: Int) -> UnsafePointer<CChar>? {
        precondition(index < count)
        return pointer[index].map { UnsafePointer($0) }
    }

    deinit {
        for index in 0..<count { free(pointer[index]) }
        pointer.deallocate()
    }
}
