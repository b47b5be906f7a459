import Testing
import run_hyper

@Suite struct ProgressTests {
  @Test(arguments: [
    (0.0, "░░░░"), (1, "████"), (2, "████"), (-1, "░░░░"), (.nan, "░░░░"), (0.5, "██░░"), (0.53125, "██▏░"),
    (0.99, "███▉"),
  ])
  func `A bar fills in eighths`(fraction: Double, expected: String) {
    #expect(ProgressText.bar(fraction, width: 4) == expected)
  }

  @Test(arguments: [(0.5, "##.."), (0.99, "###."), (1, "####")])
  func `A bar of ASCII fills in whole columns`(fraction: Double, expected: String) {
    #expect(ProgressText.bar(fraction, width: 4, .ascii) == expected)
  }

  @Test(arguments: [([1, 2, 3], "▁▅█"), ([0.5], "▅"), ([2, 2], "▅▅"), ([], ""), ([-1, 1e300], "▁█")])
  func `A curve goes from its lowest to its highest value`(values: [Double], expected: String) {
    #expect(ProgressText.curve(values) == expected)
    #expect(ProgressText.curve(values, .ascii) == "")
  }

  @Test(arguments: [
    (0.04, "0.0 s"), (3.25, "3.2 s"), (9.96, "10 s"), (59.4, "59 s"), (59.6, "1 min 00 s"), (220, "3 min 40 s"),
    (7500, "2 h 05 min"), (97_200, "1 d 3 h"), (.infinity, "?"), (1e300, "11574074074 d 1 h"),
  ])
  func `A duration has the two units that matter`(seconds: Double, expected: String) {
    #expect(ProgressText.duration(seconds: seconds) == expected)
  }

  @Test(arguments: [(2.5, "2.5 trials/s"), (0.2, "12 trials/min"), (0.001, "3.6 trials/h"), (0.0001, "0.4 trials/h")])
  func `A rate has the unit that gives it digits`(perSecond: Double, expected: String) {
    #expect(ProgressText.rate(perSecond: perSecond, of: "trials") == expected)
  }

  @Test func `Time left counts running trials by their part`() {
    var progress = StudyProgress(total: 8, ended: 2, metric: "mrr@10", best: nil)
    #expect(progress.timeLeft(after: 10) == nil)
    progress.start(3, parameters: [])
    progress.start(4, parameters: [])
    progress.advance(3, to: 0.5, detail: "")
    progress.advance(4, to: 0.5, detail: "")
    #expect(progress.rate(after: 10) == 0.1)
    #expect(progress.timeLeft(after: 10) == 50)
    progress.end(3, value: 0.25)
    #expect(progress.rate(after: 15) == 0.1)
    #expect(progress.ended == 3)
  }

  @Test func `A resumed trial does not make this process look faster`() {
    var progress = StudyProgress(total: 2, ended: 0, metric: "mrr@10", best: nil)
    progress.start(1, parameters: [], isResumed: true)
    #expect(progress.rate(after: 10) == nil)
    progress.advance(1, to: 0.75, detail: "")
    progress.advance(1, to: 1, detail: "")
    #expect(progress.rate(after: 10) == 0.025)
  }

  @Test func `An interrupted trial is not counted and a tie keeps the earlier one`() {
    var progress = StudyProgress(total: 4, ended: 0, metric: "mrr@10", best: nil)
    progress.start(2, parameters: [])
    progress.end(2, value: 0.5)
    progress.start(1, parameters: [])
    progress.end(1, value: 0.5)
    progress.start(3, parameters: [])
    progress.end(3, value: 0.9, counts: false)
    #expect(progress.ended == 2)
    #expect(progress.best == .init(value: 0.5, trial: 1))
  }

  @Test func `A value counts before its trial ends, and for the record when it has`() {
    var progress = StudyProgress(total: 4, ended: 0, metric: "mrr@10", best: nil)
    let parameters = [StudyProgress.Parameter(name: "n_heads", value: "2")]
    progress.start(2, parameters: parameters)
    progress.validate(2, epoch: 1, value: 0.3)
    progress.validate(2, epoch: 2, value: 0.2)
    #expect(progress.best == .init(value: 0.3, trial: 2, epoch: 1, parameters: parameters))
    #expect(progress.record == nil)
    progress.end(2, value: 0.3, interval: 0.25...0.35)
    let record = StudyProgress.Best(value: 0.3, trial: 2, epoch: 1, parameters: parameters, interval: 0.25...0.35)
    #expect(progress.best == record && progress.record == record)
    progress.start(3, parameters: [])
    progress.end(3, value: 0.4, isPruned: true)
    #expect(progress.best == .init(value: 0.4, trial: 3) && progress.record == progress.best)
    progress.start(4, parameters: [])
    progress.validate(4, value: 0.5)
    progress.end(4, value: nil, counts: false)
    #expect(progress.best?.trial == 4 && progress.record?.trial == 3)
  }

  @Test func `A trial without a result, and a repeat with another seed, are not the best`() {
    var progress = StudyProgress(total: 9, ended: 0, metric: "mrr@10", best: .init(value: 0.1, trial: 1))
    progress.start(2, parameters: [])
    progress.start(3, parameters: [])
    progress.validate(3, epoch: 1, value: 0.2)
    progress.validate(2, epoch: 1, value: 0.3)
    progress.end(2, value: nil)
    #expect(progress.best == .init(value: 0.2, trial: 3, epoch: 1))
    progress.end(3, value: nil)
    #expect(progress.best == .init(value: 0.1, trial: 1) && progress.record == progress.best)
    progress.start(4, parameters: [], isRanked: false)
    progress.validate(4, value: 0.9)
    progress.end(4, value: 0.9)
    #expect(progress.best?.trial == 1 && progress.record?.trial == 1)
    progress.align(best: .init(value: 0.4, trial: 7))
    progress.align(best: nil)
    #expect(progress.best?.trial == 7 && progress.record?.trial == 1)
  }

  @Test func `Where less is better, the least value is the best`() {
    var progress = StudyProgress(total: 9, ended: 0, metric: "giniindex@10", best: .init(value: 0.5, trial: 1))
    progress.start(2, parameters: [])
    progress.validate(2, epoch: 1, value: 0.6)
    #expect(progress.best?.trial == 1)
    progress.validate(2, epoch: 2, value: 0.4)
    #expect(progress.best == .init(value: 0.4, trial: 2, epoch: 2))
    progress.end(2, value: nil)
    #expect(progress.best?.trial == 1)
    progress.align(best: .init(value: 0.3, trial: 7))
    progress.align(best: .init(value: 0.35, trial: 8))
    #expect(progress.best?.trial == 7)
  }

  @Test func `Counts that are taken over later are never below zero`() {
    var progress = StudyProgress(total: 2, ended: 2, metric: "mrr@10", best: nil)
    progress.align(total: 2, ended: 2, pruned: 2)
    progress.start(1, parameters: [])
    progress.end(1, value: 0.1, isPruned: true)
    #expect(progress.finished == 0 && progress.summary(after: 0.5).hasPrefix("0 of 2 finished, "))
  }

  @Test func `A trial that runs again is not counted as paused, before all are counted anew`() {
    var progress = StudyProgress(total: 3, ended: 3, metric: "mrr@10", best: nil)
    progress.align(total: 3, ended: 3, pruned: 2)
    progress.start(1, parameters: [], isResumed: true)
    #expect(progress.finished == 1 && progress.paused == 1 && progress.running.count == 1)
    #expect(progress.summary(after: 0.5).hasPrefix("1 of 3 finished, 1 paused by the pruner"))
  }

  @Test func `A summary names what is finished, what is paused and about how long it takes`() {
    var progress = StudyProgress(total: 4, ended: 1, metric: "mrr@10", best: nil)
    progress.start(2, parameters: [])
    progress.advance(2, to: 0.5, detail: "")
    #expect(progress.summary(after: 30) == "1 of 4 finished, about 2 min 30 s left")
    progress.end(2, value: 0.5, isPruned: true)
    #expect(progress.summary(after: 0.5) == "1 of 4 finished, 1 paused by the pruner")
  }
}
