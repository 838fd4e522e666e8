internal import Dispatch
internal import Foundation

/// Signals as an asynchronous sequence, instead of their default action.
final class SignalStream {
    private let stream: AsyncStream<Int32>
    private let sources: [any DispatchSourceSignal]

    init(_ signals: [Int32]) {
        let (stream, continuation) = AsyncStream<Int32>.makeStream()
        self.stream = stream
        sources = signals.map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler { continuation.yield(number) }
            source.resume()
            return source
        }
    }

    /// The next signal; nil when the waiting task was cancelled.
    func first() async -> Int32? {
        for await number in stream { return number }
        return nil
    }
}
