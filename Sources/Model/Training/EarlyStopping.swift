/// Decides after each validation whether training continues.
///
/// A score equal to the best counts as an improvement: the later epoch becomes the best one, and the count restarts. Training
/// stops at the (`patience` + 1)-th validation in a row without improvement.
///
/// Source: RecBole 1.2.1, `early_stopping`.
package struct EarlyStopping: Codable, Equatable {
  /// The best score, or `nil` before the first.
  package private(set) var best: Double?
  /// The number of worse validations since the best one.
  package private(set) var worse = 0
  package let patience: Int

  package init(patience: Int) { self.patience = patience }

  /// Whether this state can be the result of validations.
  func isPossible(patience: Int) -> Bool {
    self.patience == patience && 0...patience + 1 ~= worse && best?.isFinite ?? true
  }

  /// The verdict on a validation.
  package enum Verdict { case improved, worse, stop }

  /// - Parameter score: The rounded score. NaN is never an improvement.
  /// - Parameter isSmallerBetter: Whether smaller scores are better, the same at each validation.
  package mutating func judge(_ score: Double, isSmallerBetter: Bool = false) -> Verdict {
    if isSmallerBetter ? score <= best ?? .infinity : score >= best ?? -.infinity {
      best = score
      worse = 0
      return .improved
    }
    worse += 1
    return worse > patience ? .stop : .worse
  }
}
