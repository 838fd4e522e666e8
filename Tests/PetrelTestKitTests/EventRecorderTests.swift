import PetrelTestKit
import Testing

@Suite("EventRecorder")
struct EventRecorderTests {
    @Test("keeps events in order")
    func keepsOrder() {
        let recorder = EventRecorder<Int>()
        for number in 0..<5 { recorder.record(number) }
        #expect(recorder.events == [0, 1, 2, 3, 4])
        recorder.removeAll()
        #expect(recorder.events.isEmpty)
    }

    @Test("a wait ends with the event that completes it")
    func waitsForCount() async throws {
        let recorder = EventRecorder<Int>()
        async let waited = recorder.wait(forCount: 3)
        for number in 0..<3 { recorder.record(number) }
        #expect(try await waited == [0, 1, 2])
    }

    @Test("a wait for something already recorded returns at once")
    func waitsForThePast() async throws {
        let recorder = EventRecorder<String>()
        recorder.record("ready")
        #expect(try await recorder.wait { $0.hasPrefix("re") } == "ready")
    }

    @Test("what never happens ends in a timeout that says what was awaited")
    func timesOut() async {
        let recorder = EventRecorder<Int>()
        await #expect {
            try await recorder.wait(forCount: 1, timeout: .milliseconds(5))
        } throws: { error in
            (error as? TestKitError)?.code == .timeout
        }
    }

    @Test("a cancelled wait ends")
    func cancels() async {
        let recorder = EventRecorder<Int>()
        let task = Task { try await recorder.wait(forCount: 1, timeout: nil) }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
    }
}
