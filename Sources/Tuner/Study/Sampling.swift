/// How the points of a study are chosen.
public enum Sampling: String, Sendable, Codable, CaseIterable {
  /// Every combination, in the order of the file.
  case grid

  /// Every combination, in random (seeded) order.
  case shuffledGrid = "shuffled grid"

  /// Random (seeded) draws.
  case random

  /// The most promising points, chosen by a tree-structured Parzen estimator.
  case tpe

  /// Whether points are drawn from the search space, so that the study may also have other points.
  var draws: Bool { self == .random || self == .tpe }
}
