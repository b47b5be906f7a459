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
    progress.start(3, parameters: "n_heads=1")
    progress.start(4, parameters: "n_heads=2")
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
    progress.start(1, parameters: "", isResumed: true)
    #expect(progress.rate(after: 10) == nil)
    progress.advance(1, to: 0.75, detail: "")
    progress.advance(1, to: 1, detail: "")
    #expect(progress.rate(after: 10) == 0.025)
  }

  @Test func `An interrupted trial is not counted and a tie keeps the earlier one`() {
    var progress = StudyProgress(total: 4, ended: 0, metric: "mrr@10", best: nil)
    progress.start(2, parameters: "")
    progress.end(2, value: 0.5)
    progress.start(1, parameters: "")
    progress.end(1, value: 0.5)
    progress.start(3, parameters: "")
    progress.end(3, value: 0.9, counts: false)
    #expect(progress.ended == 2)
    #expect(progress.best == .init(value: 0.5, trial: 1))
  }

  @Test func `A terminal sees the study and each running trial, cut to its width`() {
    var progress = StudyProgress(total: 4, ended: 1, metric: "mrr@10", best: .init(value: 0.125, trial: 1))
    progress.start(2, parameters: "learning_rate=0.001 n_heads=2")
    progress.advance(2, to: 0.5, detail: "epoch 6 of 11")
    progress.validate(2, value: 0.1)
    #expect(
      progress.block(after: 30, width: 120) == [
        "1 of 4 finished █████████░░░░░░░░░░░░░░░  1.0 trials/min, 2 min 30 s left  best mrr@10 0.1250 in trial 1",
        "  trial 2 ██████░░░░░░ epoch 6 of 11  mrr@10 0.1000  learning_rate=0.001 n_heads=2",
      ])
    #expect(progress.block(after: 30, width: 20).map(\.count) == [20, 20])
    progress.start(3, parameters: "")
    progress.start(4, parameters: "")
    #expect(progress.block(after: 30, width: 120, height: 4).last == "  and 1 more")
    #expect(progress.summary(after: 30) == "1 of 4 finished, 2 min 30 s left")
  }
}
