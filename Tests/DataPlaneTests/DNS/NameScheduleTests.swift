import Testing

@testable import DataPlane

@Suite struct NameScheduleTests {
    @Test func answersHoldForTheirTimeToLiveOnlyWhereThatCounts() {
        var schedule = NameSchedule(refresh: 5000)
        #expect(schedule.wait(timeToLive: 30, failures: 0, random: 0) == 5000)
        schedule.respectsTimeToLive = true
        #expect(schedule.wait(timeToLive: 30, failures: 0, random: 0) == 30_000)
        #expect(schedule.wait(timeToLive: 0, failures: 0, random: 0) == 5000)
    }

    @Test func failuresWaitLongerEachTime() {
        let schedule = NameSchedule(refresh: 60_000, failure: 2000, longestFailure: 10_000)
        #expect((1...4).map { schedule.wait(timeToLive: nil, failures: $0, random: 0) } == [2000, 4000, 8000, 10_000])
        #expect(schedule.wait(timeToLive: nil, failures: 1000, random: 0) == 10_000)
    }

    @Test func jitterSpreadsQuestions() {
        var schedule = NameSchedule(refresh: 5000)
        schedule.jitter = 100
        #expect(schedule.wait(timeToLive: 1, failures: 0, random: 1042) == 5042)
    }
}
