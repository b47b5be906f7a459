import Model
import Testing

@Suite struct EarlyStoppingTests {
  /// Scores by epoch, patience, best epoch from 0, epoch after which training stops.
  static let examples: [([Double], Int, Int, Int?)] = [
    ([0.10, 0.12, 0.12, 0.11, 0.11, 0.11], 2, 2, 5), ([0.0827, 0.0916, 0.0908, 0.0851], 1, 1, 3),
    ([0.1, 0.1, 0.1], 0, 2, nil), ([0.2, 0.1], 0, 0, 1), ([0.1, .nan, .nan], 1, 0, 2),
  ]

  @Test(arguments: examples)
  func `Ties improve, and patience plus one worse validations stop`(
    scores: [Double], patience: Int, best: Int, stop: Int?
  ) {
    var stopping = EarlyStopping(patience: patience)
    var found: (best: Int, stop: Int?) = (0, nil)
    for (epoch, score) in scores.enumerated() {
      switch stopping.judge(score) {
      case .improved: found.best = epoch
      case .worse: break
      case .stop: found.stop = epoch
      }
    }
    #expect(found.best == best && found.stop == stop)
  }

  @Test func `Where smaller scores are better, a smaller or equal one improves`() {
    var stopping = EarlyStopping(patience: 1)
    let verdicts = [0.5, 0.4, 0.4, .nan, 0.3, 0.6, 0.31].map { stopping.judge($0, isSmallerBetter: true) }
    #expect(verdicts == [.improved, .improved, .improved, .worse, .improved, .worse, .stop])
    #expect(stopping.best == 0.3)
  }
}
