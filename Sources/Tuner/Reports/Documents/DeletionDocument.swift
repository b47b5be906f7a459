/// What was deleted with a study, for programs.
package struct DeletionDocument: Encodable, Sendable {
  private let deleted: String
  private let trials, checkpoints: Int
  private let weightsOfTrial: Int?

  /// The number of other trials with weights; `nil` for none.
  private let otherWeights: Int?

  package init(_ study: StudyParts) {
    deleted = study.name
    trials = study.trials
    checkpoints = study.checkpoints
    weightsOfTrial = study.weightsOfTrial
    otherWeights = study.otherWeights > 0 ? study.otherWeights : nil
  }
}

/// What was freed of a study's saved states, for programs.
package struct FreedDocument: Encodable, Sendable {
  private let study: String
  private let freedTrials, freedBytes: Int

  package init(_ study: String, trials: Int, bytes: Int) {
    (self.study, freedTrials, freedBytes) = (study, trials, bytes)
  }
}
