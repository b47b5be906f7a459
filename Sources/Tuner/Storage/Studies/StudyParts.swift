/// What a study has beside its settings: what was deleted with it, or copied.
public struct StudyParts: Sendable, Equatable {
  public let name: String

  /// The number of trials in all states, including shelved ones.
  public let trials: Int

  /// The number of saved states of unfinished trials.
  public let checkpoints: Int

  /// The trial whose weights the study keeps, or `nil` if it keeps none.
  public let weightsOfTrial: Int?
}

extension StudyStore {
  static func parts(ofStudy study: Int64, named name: String, _ db: Connection) throws -> StudyParts {
    func count(_ tables: String) throws -> Int {
      try db.value(Int.self, "SELECT count(*) FROM \(tables) WHERE study_id = ?", [study]) ?? 0
    }
    return StudyParts(
      name: name, trials: try count("trial"), checkpoints: try count("checkpoint JOIN trial ON trial.id = trial_id"),
      weightsOfTrial: try db.value(
        Int.self, "SELECT ordinal FROM weights JOIN trial ON trial.id = trial_id WHERE study_id = ?", [study]))
  }
}
