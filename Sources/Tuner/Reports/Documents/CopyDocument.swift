/// What was copied with a study, for programs.
package struct CopyDocument: Encodable, Sendable {
  private let copied, to: String
  private let trials, checkpoints: Int
  private let weightsOfTrial: Int?

  /// The number of other trials with weights; `nil` for none.
  private let otherWeights: Int?

  /// - Parameter target: The database with the copy, without a password.
  package init(_ study: StudyParts, to target: String) {
    copied = study.name
    to = target
    trials = study.trials
    checkpoints = study.checkpoints
    weightsOfTrial = study.weightsOfTrial
    otherWeights = study.otherWeights > 0 ? study.otherWeights : nil
  }
}
