/// What a study has beside its settings: what was deleted with it, or copied.
public struct StudyParts: Sendable, Equatable {
  public let name: String

  /// The number of trials in all states, including shelved ones.
  public let trials: Int

  /// The number of saved states of unfinished trials.
  public let checkpoints: Int

  /// The trial whose weights the study keeps, the best of them if there are several, or `nil` if it keeps none.
  public let weightsOfTrial: Int?

  /// The number of other trials whose weights the study keeps.
  public var otherWeights = 0
}

extension StudyStore {
  static func parts(ofStudy study: Int64, named name: String, _ db: Connection) throws -> StudyParts {
    func count(_ tables: String) throws -> Int {
      try db.value(Int.self, "SELECT count(*) FROM \(tables) WHERE study_id = ?", [study]) ?? 0
    }
    return StudyParts(
      name: name, trials: try count("trial"), checkpoints: try count("checkpoint JOIN trial ON trial.id = trial_id"),
      weightsOfTrial: try db.value(
        Int.self,
        """
        SELECT ordinal FROM weights JOIN trial ON trial.id = trial_id WHERE study_id = ?
        ORDER BY active DESC, repeat, CASE (SELECT direction FROM study WHERE study.id = study_id)
          WHEN 'maximize' THEN -best_value ELSE best_value END, ordinal LIMIT 1
        """, [study]),
      otherWeights: max(0, try count("weights JOIN trial ON trial.id = trial_id") - 1))
  }
}
