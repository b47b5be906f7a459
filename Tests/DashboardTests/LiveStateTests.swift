import Foundation
import Testing
import Tuner

@testable import Dashboard

@Suite struct LiveStateTests {
  private static func owner(_ process: Int32, workers: Int = 1, isGone: Bool = false, silence: Double = 1)
    -> StudyActivity.Owner
  {
    StudyActivity.Owner(host: "vm", process: process, workers: workers, isGone: isGone, silence: silence)
  }

  private static func state(_ activity: StudyActivity, trialLimit: Int? = nil) -> LiveState {
    LiveState(activity, best: 3, speed: 1.23456, trialLimit: trialLimit, storage: "s.sqlite", studies: ["s"])
  }

  @Test func `A study runs if somebody who answers has trials, and is gone if nobody of them does`() {
    var activity = StudyActivity()
    #expect(Self.state(activity).state == .paused)
    activity.isOver = true
    #expect(Self.state(activity).state == .finished)
    activity.isOver = false
    activity.owners = [Self.owner(1, isGone: true, silence: 41.7), Self.owner(2, isGone: true, silence: 99)]
    let gone = Self.state(activity)
    #expect(gone.state == .gone && gone.since == 41 && gone.workers.isEmpty && gone.epochsPerSecond == nil)
    activity.owners.append(Self.owner(3, workers: 2))
    let running = Self.state(activity)
    #expect(running.state == .running && running.since == nil && running.epochsPerSecond == 1.23)
    #expect(running.workers == [LiveState.Workers(host: "vm", process: 3, workers: 2)])
  }

  @Test func `Counts are of trials as a person counts them`() {
    var activity = StudyActivity()
    (activity.counts.pending, activity.counts.running, activity.counts.completed) = (10, 2, 5)
    (activity.counts.pruned, activity.counts.diverged, activity.counts.failed) = (7, 1, 1)
    activity.interrupted = 3
    let state = Self.state(activity, trialLimit: 100)
    #expect(state.started == 19 && state.finished == 6 && state.paused == 7)
    #expect(state.running == 2 && state.failed == 1 && state.total == 100)
    #expect(Self.state(activity).total == 26)
  }

  @Test func `What only time changes is no news`() {
    var (a, b) = (StudyActivity(), StudyActivity())
    a.owners = [Self.owner(1)]
    b.owners = [Self.owner(1, silence: 5)]
    b.elapsed = 10
    #expect(Self.state(a) != Self.state(b))
    #expect(Self.state(a).withoutTime == Self.state(b).withoutTime)
    b.stateBytes = 1
    #expect(Self.state(a).withoutTime != Self.state(b).withoutTime)
  }

  @Test func `Time left is a range if trials have stopped early, and unknown before anything was trained`() {
    var activity = StudyActivity()
    activity.work = StudyWork(total: 100, ended: 0)
    #expect(activity.remaining(workers: 2) == nil)
    // Ten trials' worth of work has ended, of which half was done, in 50 seconds of training.
    activity.work.ended = 10
    activity.spent = (work: 5, seconds: 50)
    #expect(activity.remaining(workers: 2) == [225, 450])
    #expect(activity.remaining(workers: 1) == [450, 900])
    #expect(activity.remaining(workers: 0) == nil)
    activity.spent.work = 10
    #expect(activity.remaining(workers: 1) == [450, 450])
  }

  @Test(arguments: [
    (work: StudyWork(total: .infinity, ended: 10), spent: (5.0, 50.0), running: 0.0),
    (StudyWork(total: .infinity, ended: .infinity), (5.0, 50.0), 0),
    (StudyWork(total: 1, ended: 0), (1e-300, 1e300), 0),
    (StudyWork(total: 100, ended: 10), (5.0, .infinity), 0), (StudyWork(total: .nan, ended: 10), (5.0, 50.0), 0),
  ])
  func `Time left is unknown where somebody has written other numbers than runs do, and the state is still said`(
    work: StudyWork, spent: (Double, Double), running: Double
  ) throws {
    var activity = StudyActivity()
    activity.owners = [Self.owner(1, silence: .infinity)]
    (activity.work, activity.spent, activity.runningWork, activity.elapsed) = (work, spent, running, .infinity)
    let state = LiveState(activity, best: nil, speed: .infinity, trialLimit: nil, storage: "", studies: [])
    #expect(state.state == .running && state.remaining == nil && state.epochsPerSecond == nil && state.elapsed == 0)
    _ = try JSONEncoder().encode(state)
  }

  @Test func `The best trial is that of the best value, whatever has diverged`() {
    let trials = [
      StudyTextTests.trial(1, .completed, value: 0.2), StudyTextTests.trial(2, .running, value: 0.3),
      StudyTextTests.trial(3, .diverged, value: 0.9), StudyTextTests.trial(4),
      StudyTextTests.trial(5, .pruned, value: 0.3),
    ]
    #expect(LiveState.best(of: trials, .maximize) == 2)
    #expect(LiveState.best(of: trials, .minimize) == 1)
    #expect(LiveState.best(of: [], .maximize) == nil)
  }

  @Test func `Speed is that of the last seconds`() {
    var speed = EpochSpeed()
    #expect(speed.perSecond(at: 0) == nil)
    speed.add(epochs: 10, at: 0)
    speed.add(epochs: 12, at: 1)
    #expect(speed.perSecond(at: 1) == nil)
    #expect(speed.perSecond(at: 2) == 1)
    for second in 2...100 { speed.add(epochs: Double(10 + 3 * second), at: Double(second)) }
    #expect(speed.perSecond(at: 100) == 3)
    // It falls when nothing comes.
    #expect((speed.perSecond(at: 140) ?? 9) < 1.1)
    speed.add(epochs: 5, at: 141)
    #expect(speed.perSecond(at: 141) == nil)
  }
}
