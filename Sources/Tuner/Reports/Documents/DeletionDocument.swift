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
