/// Conditions and orders that several statements share.
extension StudyStore {
  /// The trials that compete: in the search space, and with the study's own seed.
  static let contender = "active = 1 AND repeat = 0"

  /// All trials of a study, in the order of their numbers, in which SQLite has stored them.
  ///
  /// Without it, SQLite would take them in the order of their fingerprints, which takes twice as long in a large study.
  static let stored = "ordinal > 0"

  /// The trials that can be the best.
  static let candidate = "\(contender) AND state = 'completed' AND best_value IS NOT NULL"

  /// The order of candidates in which the best is the first.
  static func bestFirst(_ direction: Direction) -> String { "best_value \(direction.sqlOrder), ordinal" }
}

extension Direction {
  /// The order of values in which the best is the first.
  var sqlOrder: String { self == .maximize ? "DESC" : "ASC" }
}
