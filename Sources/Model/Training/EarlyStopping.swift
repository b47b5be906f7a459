/// Decides after each validation whether training goes on.
///
/// A score as good as the best counts as an improvement: the later epoch becomes the best one and patience starts anew. Training
/// stops after `patience` + 1 worse validations in a row.
///
/// Source: RecBole 1.2.1, `early_stopping`.
package struct EarlyStopping: Codable, Equatable {
  /// The best score, or `nil` before the first.
  package private(set) var best: Double?
  /// Worse validations since the best one.
  package private(set) var worse = 0
  package let patience: Int

  package init(patience: Int) { self.patience = patience }

  /// Whether validations can have led here.
  func isPossible(patience: Int) -> Bool {
    self.patience == patience && 0...patience + 1 ~= worse && best?.isFinite ?? true
  }

  /// What a validation means.
  package enum Verdict { case improved, worse, stop }

  /// - Parameter score: Bigger is better, already rounded. A NaN is never an improvement.
  package mutating func judge(_ score: Double) -> Verdict {
    if score >= best ?? -.infinity {
      best = score
      worse = 0
      return .improved
    }
    worse += 1
    return worse > patience ? .stop : .worse
  }
}
